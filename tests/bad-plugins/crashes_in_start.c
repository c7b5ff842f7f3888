// fails: starts_and_stops
// Crashes when it is started.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <signal.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  raise(SIGSEGV);
  return CHELA_OK;
}
