// fails: tool_completes_once
// A blocking tool returns and leaves its call open.
#include "chela/ext/tool.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error);
#define RUN run_badly
#include "sound.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "shout")) return CHELA_OK;
  return sound_run(plugin, request, call, error);
}
