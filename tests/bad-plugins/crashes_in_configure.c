// fails: configures
// Crashes when it is configured.
#include "chela/abi.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error);
#define CONFIGURE configure_badly
#include "sound.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  abort();
  return sound_configure(plugin, json, error);
}
