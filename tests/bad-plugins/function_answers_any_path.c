// fails: unknown_function_is_not_found
// Answers functions that it does not have.
#include "chela/ext/capability.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error);
#define INVOKE invoke_badly
#include "sound_kinds.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error) {
  return begin_work(plugin, FUNCTION, call, request->call_id, FUNCTION_VALUE, error);
}
