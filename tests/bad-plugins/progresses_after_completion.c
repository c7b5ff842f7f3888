// fails: tool_completes_once
// Shows progress of a call that is complete.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "echo")) {
    call->complete(call, CHELA_OK, request->arguments);
    call->progress(call, str("still here"));
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
