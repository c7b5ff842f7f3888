// fails: service_starts_and_stops
// Says twice that it has failed.
#include "chela/ext/service.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error);
#define START_SERVICE start_service_badly
#include "sound_kinds.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error) {
  monitor->fail(monitor, CHELA_INTERNAL, str("it broke"));
  monitor->fail(monitor, CHELA_INTERNAL, str("it is still broken"));
  return sound_start_service(plugin, id, monitor, error);
}
