// fails: blocking_call_sees_cancel stop_during_blocking_call
// A blocking tool waits for a cancelled call to be wanted again.
#include "chela/ext/tool.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error);
#define RUN run_badly
#include <time.h>

#include "sound.h"

static const struct timespec kMoment = {0, 2000000};

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error) {
  while (call->is_cancelled(call)) nanosleep(&kMoment, NULL);
  return sound_run(plugin, request, call, error);
}
