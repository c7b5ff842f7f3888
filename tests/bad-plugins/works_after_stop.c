// fails: starts_and_stops
// Starts a timer while it is destroyed, after its stop().
#include "chela/abi.h"

static void destroy_working(const chela_plugin *plugin);
#define DESTROY destroy_working
#include "sound.h"

static void destroy_working(const chela_plugin *plugin) {
  sound *self = self_of(plugin);
  if (self->stopped) timers(self)->start(self->host, 1000, &self->listener);
  sound_destroy(plugin);
}
