// fails: survives_odd_timeouts
// Takes it for granted that a timeout fits into an int.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if ((int)request->timeout_ms < 0) abort(); /* where a real one would wait for ever */
  return sound_start_tool(plugin, request, call, error);
}
