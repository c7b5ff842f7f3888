// fails: hook_completes_once
// Completes a hook, and once more.
#include "chela/ext/hook.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error);
#define HOOK_START hook_badly
#include "sound_kinds.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error) {
  call->complete(call, CHELA_OK, str(""));
  return sound_hook(plugin, request, call, error);
}
