// fails: survives_an_odd_clock
// Takes it for granted that the year is one of this century.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  sound *self = self_of(plugin);
  const chela_host_timer *timer = timers(self);
  if (timer != NULL && timer->unix_ms(self->host) < 1000000000000)
    abort(); /* where a real one would index before a table */
  return sound_start(plugin, error);
}
