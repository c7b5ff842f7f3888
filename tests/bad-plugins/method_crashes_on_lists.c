// fails: survives_odd_params
// Takes params for an object that are none.
#include "chela/ext/gateway_method.h"

static chela_status method_badly(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                 const chela_gateway_method_call *call, const chela_error_sink *error);
#define METHOD_START method_badly
#include "sound_kinds.h"

static chela_status method_badly(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                 const chela_gateway_method_call *call, const chela_error_sink *error) {
  if (is(request->params, "[]")) abort(); /* where a real one would look for a member */
  return sound_method(plugin, request, call, error);
}
