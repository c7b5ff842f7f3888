// fails: survives_odd_services
// Takes it for granted that it has every service.
#include "chela/ext/service.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error);
#define START_SERVICE start_service_badly
#include "sound_kinds.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error) {
  if (id.size == 0) abort(); /* where a real one would look it up */
  return sound_start_service(plugin, id, monitor, error);
}
