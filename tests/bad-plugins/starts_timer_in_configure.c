// fails: configures
// Starts a timer before it is started itself.
#include "chela/abi.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error);
#define CONFIGURE configure_badly
#include "sound.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  sound *self = self_of(plugin);
  timers(self)->start(self->host, 1000, &self->listener);
  return sound_configure(plugin, json, error);
}
