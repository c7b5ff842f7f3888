// fails: function_completes_once
// Takes a call and forgets it.
#include "chela/ext/capability.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error);
#define INVOKE invoke_badly
#include "sound_kinds.h"

static chela_status invoke_badly(const chela_plugin *plugin, const chela_capability_request *request,
                                 const chela_capability_call *call, const chela_error_sink *error) {
  if (is(request->path, "search")) return CHELA_OK;
  return sound_invoke(plugin, request, call, error);
}
