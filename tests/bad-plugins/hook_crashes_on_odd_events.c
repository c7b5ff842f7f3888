// fails: survives_odd_events
// Reads an event into a buffer of fixed size.
#include "chela/ext/hook.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error);
#define HOOK_START hook_badly
#include "sound_kinds.h"

static chela_status hook_badly(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error) {
  if (request->event.size > 10000) abort(); /* where a real one would overflow */
  return sound_hook(plugin, request, call, error);
}
