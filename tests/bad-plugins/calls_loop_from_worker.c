// fails: tool_completes_once
// Uses a host service that is [loop] from a worker thread.
#include "chela/ext/tool.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error);
#define RUN run_badly
#include "sound.h"

static chela_status run_badly(const chela_plugin *plugin, const chela_tool_request *request,
                              const chela_tool_call *call, const chela_error_sink *error) {
  sound *self = self_of(plugin);
  timers(self)->start(self->host, 1000, &self->listener);
  return sound_run(plugin, request, call, error);
}
