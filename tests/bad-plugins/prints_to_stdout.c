// fails: keeps_output_clean
// Prints what belongs into the log.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <stdio.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  puts("starting");
  return sound_start(plugin, error);
}
