// fails: method_completes_once
// Completes a call, and refuses it by the return value as well.
#include "chela/ext/gateway_method.h"

static chela_status method_badly(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                 const chela_gateway_method_call *call, const chela_error_sink *error);
#define METHOD_START method_badly
#include "sound_kinds.h"

static chela_status method_badly(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                 const chela_gateway_method_call *call, const chela_error_sink *error) {
  (void)plugin;
  (void)request;
  call->complete(call, CHELA_OK, str("{}"));
  return refuse(error, CHELA_INTERNAL, "refused");
}
