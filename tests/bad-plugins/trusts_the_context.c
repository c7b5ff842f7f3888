// fails: survives_an_odd_context
// Takes it for granted that the context has a workspace.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (request->context.size < 3) abort(); /* where a real one would read beyond the end */
  return sound_start_tool(plugin, request, call, error);
}
