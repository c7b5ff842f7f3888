// fails: survives_withheld_services
// Takes it for granted that the host has a log.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include "chela/ext/log.h"
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  const chela_host *host = self_of(plugin)->host;
  const void *log = host->get_service(host, str(CHELA_EXT_LOG));
  if (log == NULL) log = host->get_service(host, str(CHELA_EXT_LOG));
  if (log == NULL) abort(); /* where a real one would call a null pointer */
  return sound_start(plugin, error);
}
