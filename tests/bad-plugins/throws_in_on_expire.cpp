// fails: tool_completes_once
// Lets an exception out of the callback of a timer.
#include <stdexcept>

#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static void expire_throwing(const chela_timer_listener *) {
  throw std::runtime_error("thrown in on_expire");
}

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  self_of(plugin)->listener.on_expire = expire_throwing;
  return sound_start_tool(plugin, request, call, error);
}
