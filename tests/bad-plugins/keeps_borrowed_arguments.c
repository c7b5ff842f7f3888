// fails: keeps_nothing_borrowed
// Reads the arguments of a call after start() has returned.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
static void stop_reading(const chela_plugin *plugin);
#define START_TOOL start_tool_badly
#define STOP stop_reading
#include "sound.h"

static chela_str kept;

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "echo")) kept = request->arguments;
  return sound_start_tool(plugin, request, call, error);
}
static void stop_reading(const chela_plugin *plugin) {
  volatile const char *bytes = kept.data;
  if (kept.size > 0 && bytes[0] != '{') self_of(plugin)->stopped = 1;
  kept.size = 0;
  sound_stop(plugin);
}
