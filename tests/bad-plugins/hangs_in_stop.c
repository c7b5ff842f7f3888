// fails: starts_and_stops
// Waits for ever when it is stopped.
#include "chela/abi.h"

static void stop_badly(const chela_plugin *plugin);
#define STOP stop_badly
#include <unistd.h>

#include "sound.h"

static void stop_badly(const chela_plugin *plugin) {
  (void)plugin;
  for (;;) pause();
}
