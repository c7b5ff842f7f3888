// fails: configuration_spelling_is_free
// Knows an empty configuration only when it is written as {}.
#include "chela/abi.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error);
#define CONFIGURE configure_badly
#include "sound.h"

static chela_status configure_badly(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  if (!is(json, "{}")) {
    error->set(error, str("configuration: expected {}"));
    return CHELA_INVALID_ARGUMENT;
  }
  return sound_configure(plugin, json, error);
}
