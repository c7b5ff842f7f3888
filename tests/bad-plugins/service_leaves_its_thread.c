// fails: service_threads_end leaves_no_threads
// Its thread runs on when it has been stopped.
#include "chela/ext/service.h"

static void stop_service_badly(const chela_plugin *plugin, chela_str id);
#define STOP_SERVICE stop_service_badly
#include "sound_kinds.h"

static void stop_service_badly(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  (void)id;
  pthread_detach(service_thread);
}
