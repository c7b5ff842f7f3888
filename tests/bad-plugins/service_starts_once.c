// fails: service_starts_again
// Does not start a second time.
#include "chela/ext/service.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error);
#define START_SERVICE start_service_badly
#include "sound_kinds.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error) {
  static int started;
  if (started++) return refuse(error, CHELA_UNAVAILABLE, "it has run already");
  return sound_start_service(plugin, id, monitor, error);
}
