// fails: starts_and_stops
// Refuses to start and does not say why.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  return CHELA_UNAVAILABLE;
}
