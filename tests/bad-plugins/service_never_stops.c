// fails: service_starts_and_stops
// Does not return from stop_service().
#include "chela/ext/service.h"

static void stop_service_badly(const chela_plugin *plugin, chela_str id);
#define STOP_SERVICE stop_service_badly
#include <unistd.h>

#include "sound_kinds.h"

static void stop_service_badly(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  (void)id;
  for (;;) pause();
}
