// fails: tool_completes_once
// Lets an exception out of the start of a tool.
#include <stdexcept>

#include "chela/ext/tool.h"

static chela_status start_tool_throwing(const chela_plugin *, const chela_tool_request *, const chela_tool_call *,
                                        const chela_error_sink *) {
  throw std::runtime_error("thrown in start");
}
#define START_TOOL start_tool_throwing
#include "sound.h"
