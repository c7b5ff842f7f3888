// fails: starts_and_stops
// Ends the whole process when it is started.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  exit(0);
}
