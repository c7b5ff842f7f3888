// fails: logs_with_measure
// Writes a thousand lines when it is started.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include "chela/ext/log.h"
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  const chela_host *host = self_of(plugin)->host;
  const chela_host_log *log = (const chela_host_log *)host->get_service(host, str(CHELA_EXT_LOG));
  for (int i = 0; log != NULL && i < 1000; ++i) log->write(host, CHELA_LOG_INFO, str("starting"));
  return sound_start(plugin, error);
}
