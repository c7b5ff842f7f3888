// fails: tool_completes_once
// Lets an exception out of a blocking tool.
#include <stdexcept>

#include "chela/ext/tool.h"

static chela_status run_throwing(const chela_plugin *, const chela_tool_request *, const chela_tool_call *,
                                 const chela_error_sink *) {
  throw std::runtime_error("thrown in run");
}
#define RUN run_throwing
#include "sound.h"
