// fails: hook_completes_once
// Takes a hook and forgets it.
#include "chela/ext/hook.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error);
#define HOOK_START hook_badly
#include "sound_kinds.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error) {
  if (is(request->point, "after_tool_call")) return CHELA_OK;
  return sound_hook(plugin, request, call, error);
}
