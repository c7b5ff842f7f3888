#ifndef CHELA_EXT_DRAFT_CONFIG_H
#define CHELA_EXT_DRAFT_CONFIG_H
/* chela.config/1, a host service: changes of the plugin's own slice while it runs. State: draft since 1.0. configure()
 * gives the first one. A plugin without this is restarted for a change. What the plugin itself learns and must keep (a
 * cursor, a token it was given) belongs into chela.kv/1: the configuration is the operator's file. */

#include "chela/abi.h"

#define CHELA_EXT_CONFIG "chela.config/1"

#ifdef __cplusplus
extern "C" {
#endif

/* Plugin-owned; must stay valid until the instance is stopped. */
typedef struct chela_config_listener {
  uint32_t struct_size;
  void *context;
  /* The new slice, a JSON object that the schema has accepted. CHELA_OK: it is in use. CHELA_UNSUPPORTED: this change
   * needs a restart of the plugin. Any other status: it is refused, the old one stays and the operator is told why.
   * [loop & started] */
  chela_status (*on_change)(const struct chela_config_listener *listener, chela_str json,
                            const chela_error_sink *error);
} chela_config_listener;

typedef struct chela_host_config {
  uint32_t struct_size;
  /* From now on changes go to `listener`; one per instance, the last wins. [loop & started] */
  void (*listen)(const chela_host *host, const chela_config_listener *listener);
  /* Writes the slice as it is in use. [loop] */
  chela_status (*get)(const chela_host *host, const chela_sink *out, const chela_error_sink *error);
} chela_host_config;

#ifdef __cplusplus
}
#endif
#endif
