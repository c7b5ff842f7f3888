#ifndef CHELA_EXT_DRAFT_SECRETS_H
#define CHELA_EXT_DRAFT_SECRETS_H
/* chela.secrets/1, a host service: use of secrets that the manifest names (permissions.secrets). State: draft since
 * 1.0. Three ways, the least first: {{secret:NAME}} in a header of chela.http/1, which never shows it to the plugin;
 * hmac_sha256(), which does not either; reveal(), for protocols that leave no other way. */

#include "chela/abi.h"

#define CHELA_EXT_SECRETS "chela.secrets/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct chela_host_secrets {
  uint32_t struct_size;
  /* Writes the 32 bytes of HMAC-SHA256 of `data` under the secret, to check a webhook's signature or to make one.
   * CHELA_NOT_FOUND when the operator has not set it. [any-thread] */
  chela_status (*hmac_sha256)(const chela_host *host, chela_str name, chela_str data, const chela_sink *out,
                              const chela_error_sink *error);
  /* Writes the secret itself. Only when permissions.secrets says "reveal" for it, which the operator sees before the
   * plugin is installed; each use is in the audit log. CHELA_DENIED otherwise. [any-thread] */
  chela_status (*reveal)(const chela_host *host, chela_str name, const chela_sink *out, const chela_error_sink *error);
  /* True when `a` and `b` are the same, in a time that does not depend on where they differ. [any-thread] */
  bool (*equal)(const chela_host *host, chela_str a, chela_str b);
} chela_host_secrets;

#ifdef __cplusplus
}
#endif
#endif
