// fails: survives_odd_function_arguments
// Takes null for a text.
#include "chela/ext/capability.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error);
#define INVOKE invoke_badly
#include "sound_kinds.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error) {
  if (is(request->arguments, "[null]")) abort(); /* where a real one would read it */
  return sound_invoke(plugin, request, call, error);
}
