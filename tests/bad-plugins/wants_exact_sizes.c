// fails: accepts_longer_structs
// Refuses a request that is longer than its own header says.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (request->struct_size != sizeof(chela_tool_request)) {
    error->set(error, str("a request of another version"));
    return CHELA_UNSUPPORTED;
  }
  return sound_start_tool(plugin, request, call, error);
}
