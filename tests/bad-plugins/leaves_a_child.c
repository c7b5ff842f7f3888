// fails: leaves_no_process
// Starts a child process and never waits for it.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <unistd.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  static int started;
  if (!started && fork() == 0) _exit(0);
  started = 1;
  return sound_start(plugin, error);
}
