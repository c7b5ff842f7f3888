// fails: survives_extreme_arguments
// Crashes when arguments are nested deep.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  unsigned depth = 0;
  for (size_t i = 0; i < request->arguments.size && request->arguments.data[i] != '"'; ++i) ++depth;
  for (size_t i = 0; i < request->arguments.size; ++i) {
    depth = request->arguments.data[i] == '[' ? depth + 1 : 0;
    if (depth > 40) abort(); /* where a real one would overflow its stack */
  }
  return sound_start_tool(plugin, request, call, error);
}
