// fails: leaves_signals
// Puts its own handler where the process may have one.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <signal.h>

#include "sound.h"

static void on_signal(int number) {
  (void)number;
}

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  signal(SIGHUP, on_signal);
  return sound_start(plugin, error);
}
