#ifndef CHELA_EXT_GATEWAY_METHOD_H
#define CHELA_EXT_GATEWAY_METHOD_H
/* chela.gateway_method/1: methods that clients of the gateway call on a plugin. State: stable since 1.1. A provides[]
 * entry of kind "gateway_method" is one method: its id is the method's name ("weather.today"), `scope` what the caller
 * must be allowed ("operator.read", "operator.write", "operator.admin"; default "operator.write"). The host has
 * checked the caller before the code is called. */

#include "chela/abi.h"

#define CHELA_EXT_GATEWAY_METHOD "chela.gateway_method/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked for. Borrowed until the call returns. */
typedef struct chela_gateway_method_request {
  uint32_t struct_size;
  uint64_t call_id;    /* unique in the life of the process */
  chela_str method;    /* its name */
  chela_str params;    /* JSON */
  chela_str context;   /* JSON object: scopes (list of texts), clientId, plugin (the caller's id, when it is one) */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
} chela_gateway_method_request;

/* A running call, host-owned, valid until complete() has been called. */
typedef struct chela_gateway_method_call {
  uint32_t struct_size;
  void *context;
  /* Ends the call, exactly once. With CHELA_OK `text` is the result, JSON; otherwise it says what went wrong.
   * [any-thread] */
  void (*complete)(const struct chela_gateway_method_call *call, chela_status status, chela_str text);
} chela_gateway_method_call;

typedef struct chela_plugin_gateway_method {
  uint32_t struct_size;
  /* Returns at once; completes `call` now or later. When it returns other than CHELA_OK the call is over and must not
   * be completed. [loop & started] */
  chela_status (*start)(const chela_plugin *plugin, const chela_gateway_method_request *request,
                        const chela_gateway_method_call *call, const chela_error_sink *error);
  /* Asks to complete the call soon; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_gateway_method;

#ifdef __cplusplus
}
#endif
#endif
