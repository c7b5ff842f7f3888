// fails: tool_results_fit
// Answers with two megabytes.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "echo")) {
    static char letters[2 << 20];
    chela_str text = {letters, sizeof letters};
    memset(letters, 'a', sizeof letters);
    call->complete(call, CHELA_OK, text);
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
