// fails: unknown_key_is_an_error survives_odd_configuration
// Crashes at a configuration key that it does not know.
#include "chela/abi.h"

static chela_status configure_crashing(const chela_plugin *plugin, chela_str json, const chela_error_sink *error);
#define CONFIGURE configure_crashing
#include "sound.h"

static chela_status configure_crashing(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  if (memchr(json.data, '"', json.size) != NULL) abort();
  return CHELA_OK;
}
