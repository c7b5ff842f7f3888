// fails: survives_odd_arguments survives_extreme_arguments
// Reads arguments into a buffer of fixed size.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (request->arguments.size > 1000) abort(); /* where a real one would overflow */
  return sound_start_tool(plugin, request, call, error);
}
