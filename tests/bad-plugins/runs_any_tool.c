// fails: unknown_tool_is_refused
// Takes a call for a tool that it does not have.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (!is(request->tool, "later")) {
    call->complete(call, CHELA_OK, str("done"));
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
