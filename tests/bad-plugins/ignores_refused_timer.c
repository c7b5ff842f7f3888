// fails: survives_refused_calls
// Does not look whether its timer was started.
#include "chela/ext/tool.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START_TOOL start_tool_badly
#include "sound.h"

static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "later") && self_of(plugin)->open == NULL) {
    sound *self = self_of(plugin);
    const chela_host_timer *timer = timers(self);
    if (timer == NULL) {
      error->set(error, str("no timer"));
      return CHELA_UNAVAILABLE;
    }
    self->open = call;
    self->open_id = request->call_id;
    self->timer_id = timer->start(self->host, 1000, &self->listener);
    return CHELA_OK;
  }
  return sound_start_tool(plugin, request, call, error);
}
