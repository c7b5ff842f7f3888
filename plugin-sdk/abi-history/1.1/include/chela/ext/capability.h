#ifndef CHELA_EXT_CAPABILITY_H
#define CHELA_EXT_CAPABILITY_H
/* chela.capability/1: kinds whose contract is many small functions, each called by its path with JSON. State: stable
 * since 1.1. The kinds: memory, context_engine, embeddings, speech, media, web_search, secrets, exporter, store.
 * The manifest names each capability (provides[]: kind, id); which functions a kind has stands in
 * docs/guides/write-a-plugin.md. A path is one or more names with dots between: "search", "index.add". */

#include "chela/abi.h"

#define CHELA_EXT_CAPABILITY "chela.capability/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked for. Borrowed until the call returns. */
typedef struct chela_capability_request {
  uint32_t struct_size;
  uint64_t call_id; /* unique in the life of the process */
  chela_str kind;
  chela_str id;        /* as in the manifest */
  chela_str path;      /* the function; empty where the capability is one */
  chela_str arguments; /* JSON array */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
} chela_capability_request;

/* A running call, host-owned, valid until complete() has been called. */
typedef struct chela_capability_call {
  uint32_t struct_size;
  void *context;
  /* Ends the call, exactly once. With CHELA_OK `text` is the function's value, one JSON value, or empty when it has none;
   * otherwise it says what went wrong. CHELA_NOT_FOUND: there is no such function. [any-thread] */
  void (*complete)(const struct chela_capability_call *call, chela_status status, chela_str text);
  /* True once nobody waits for the value any more. [any-thread] */
  bool (*is_cancelled)(const struct chela_capability_call *call);
} chela_capability_call;

typedef struct chela_plugin_capability {
  uint32_t struct_size;
  /* Returns at once; completes `call` now or later. When it returns other than CHELA_OK the call is over and must not be
   * completed. [loop & started] */
  chela_status (*invoke)(const chela_plugin *plugin, const chela_capability_request *request,
                         const chela_capability_call *call, const chela_error_sink *error);
  /* Asks to complete the call soon; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_capability;

#ifdef __cplusplus
}
#endif
#endif
