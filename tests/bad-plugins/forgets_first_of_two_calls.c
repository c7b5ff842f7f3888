// fails: calls_run_side_by_side cancel_hits_one_call
// Has a place for one call and puts the second there.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "later")) self_of(plugin)->open = NULL;
  return sound_start_tool(plugin, request, call, error);
}
