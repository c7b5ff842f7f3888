// fails: reads_within_bounds
// Takes the text of the arguments to end with a NUL.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (strlen(request->arguments.data) > 100000000) abort();
  return sound_start_tool(plugin, request, call, error);
}
