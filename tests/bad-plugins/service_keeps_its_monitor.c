// fails: service_starts_and_stops
// Reports after it was stopped.
#include "chela/abi.h"
#include "chela/ext/service.h"

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error);
#define START_SERVICE start_service_badly
static void stop_badly(const chela_plugin *plugin);
#define STOP stop_badly
#include "sound_kinds.h"

static const chela_service_monitor *kept_monitor;

static chela_status start_service_badly(const chela_plugin *plugin, chela_str id,
                                        const chela_service_monitor *monitor, const chela_error_sink *error) {
  kept_monitor = monitor;
  return sound_start_service(plugin, id, monitor, error);
}

static void stop_badly(const chela_plugin *plugin) {
  if (kept_monitor != NULL) kept_monitor->report(kept_monitor, str("ok"), str("good bye"));
  kept_monitor = NULL;
  kinds_stop(plugin);
}
