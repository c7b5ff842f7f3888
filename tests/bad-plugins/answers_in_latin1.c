// fails: speaks_utf8
// Answers with text that is not UTF-8.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "echo")) {
    call->complete(call, CHELA_OK, str("caf\xE9"));
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
