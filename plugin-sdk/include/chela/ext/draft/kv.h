#ifndef CHELA_EXT_DRAFT_KV_H
#define CHELA_EXT_DRAFT_KV_H
/* chela.kv/1, a host service: small values that outlive the process, one space per plugin. State: draft since 1.0.
 * Limits: keys of 256 bytes, values of 256 KiB, 10,000 keys; what is beyond is CHELA_TOO_LARGE or CHELA_EXHAUSTED. */

#include "chela/abi.h"

#define CHELA_EXT_KV "chela.kv/1"

#ifdef __cplusplus
extern "C" {
#endif

/* Plugin-owned; must stay valid until on_done() was called. */
typedef struct chela_kv_listener {
  uint32_t struct_size;
  void *context;
  /* The end of one operation, exactly once: the value of get(), the JSON array of keys of list(), else empty. A value
   * is on disk when this is called. CHELA_NOT_FOUND when there is no such key or its time has passed. [loop] */
  void (*on_done)(const struct chela_kv_listener *listener, chela_status status, chela_str value);
} chela_kv_listener;

typedef struct chela_host_kv {
  uint32_t struct_size;
  /* [loop & started] */
  void (*get)(const chela_host *host, chela_str key, const chela_kv_listener *listener);
  /* Keeps `value` until `expires_unix_ms`, or for good with 0. [loop & started] */
  void (*set)(const chela_host *host, chela_str key, chela_str value, int64_t expires_unix_ms,
              const chela_kv_listener *listener);
  /* As set(), but CHELA_ALREADY_EXISTS unless the value is `expected` now (empty: unless there is none). For a cursor
   * that two gateways share. [loop & started] */
  void (*replace)(const chela_host *host, chela_str key, chela_str expected, chela_str value,
                  const chela_kv_listener *listener);
  /* [loop & started] */
  void (*remove)(const chela_host *host, chela_str key, const chela_kv_listener *listener);
  /* At most 1,000 keys that begin with `prefix` and come after `after`, in order. [loop & started] */
  void (*list)(const chela_host *host, chela_str prefix, chela_str after, const chela_kv_listener *listener);
} chela_host_kv;

#ifdef __cplusplus
}
#endif
#endif
