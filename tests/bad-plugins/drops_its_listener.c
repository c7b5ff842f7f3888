// fails: tool_completes_once
// Frees the listener of a timer that still runs.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "later")) {
    sound_start_tool(plugin, request, call, error);
    memset(&self_of(plugin)->listener, 0, sizeof(chela_timer_listener)); /* as when its memory is used again */
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
