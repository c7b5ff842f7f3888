// fails: calls_run_side_by_side
// Crashes when two workers run a blocking tool at once.
#include "chela/ext/tool.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error);
#define RUN run_badly
#include <time.h>

#include "sound.h"

static const struct timespec kMoment = {0, 2000000};
static int running;

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error) {
  if (__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST) != 0) abort();
  nanosleep(&kMoment, NULL);
  __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
  return sound_run(plugin, request, call, error);
}
