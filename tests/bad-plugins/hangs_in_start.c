// fails: starts_and_stops
// Never returns from start().
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <unistd.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  for (;;) pause();
}
