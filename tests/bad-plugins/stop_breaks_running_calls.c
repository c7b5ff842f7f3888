// fails: stop_during_blocking_call
// Frees at stop() what a blocking call is still using.
#include <stdlib.h>
#include <time.h>

#include "chela/ext/tool.h"

static void stop_badly(const chela_plugin *plugin);
static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error);
#define STOP stop_badly
#define RUN run_badly
#include "sound.h"

static const struct timespec kMoment = {0, 100000000};
static int freed;

static void stop_badly(const chela_plugin *plugin) {
  __atomic_store_n(&freed, 1, __ATOMIC_SEQ_CST);
  sound_stop(plugin);
}
static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error) {
  __atomic_store_n(&freed, 0, __ATOMIC_SEQ_CST);
  if (call->is_cancelled(call)) nanosleep(&kMoment, NULL);
  if (__atomic_load_n(&freed, __ATOMIC_SEQ_CST)) abort(); /* where a real one would use freed memory */
  return sound_run(plugin, request, call, error);
}
