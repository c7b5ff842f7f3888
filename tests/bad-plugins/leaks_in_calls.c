// fails: calls_leave_no_memory
// Leaves memory behind with each call.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  char *volatile copy = (char *)malloc(request->arguments.size + 100);
  if (copy != NULL) memcpy(copy, request->arguments.data, request->arguments.size);
  self_of(plugin)->stopped = copy == NULL;
  return sound_start_tool(plugin, request, call, error);
}
