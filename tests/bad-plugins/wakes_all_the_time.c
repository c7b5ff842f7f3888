// fails: rests_when_idle
// Sets a timer twenty times a second for nothing.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
static void destroy_ticking(const chela_plugin *plugin);
static void stop_ticking(const chela_plugin *plugin);
#define START start_badly
#define STOP stop_ticking
#define DESTROY destroy_ticking
#include "sound.h"

static chela_timer_listener ticking;
static const chela_host_timer *timer;
static uint64_t tick_id;

static void tick(const chela_timer_listener *listener) {
  sound *self = (sound *)listener->context;
  tick_id = timer != NULL ? timer->start(self->host, 50, listener) : 0;
}
static void end_ticking(sound *self) {
  if (ticking.context != self) return;
  if (timer != NULL) timer->cancel(self->host, tick_id);
  ticking.context = NULL;
}
static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  if (ticking.context == NULL) {
    ticking.struct_size = sizeof ticking;
    ticking.context = self_of(plugin);
    ticking.on_expire = tick;
    timer = timers(self_of(plugin));
    tick(&ticking);
  }
  return sound_start(plugin, error);
}
static void stop_ticking(const chela_plugin *plugin) {
  end_ticking(self_of(plugin));
  sound_stop(plugin);
}
static void destroy_ticking(const chela_plugin *plugin) {
  end_ticking(self_of(plugin));
  sound_destroy(plugin);
}
