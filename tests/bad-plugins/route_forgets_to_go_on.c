// fails: slow_client_holds_the_answer
// Waits for room, and does not notice when there is some.
#include "chela/ext/http_route.h"

static void resume_badly(const chela_plugin *plugin, uint64_t call_id);
#define RESUME resume_badly
#include "sound_kinds.h"

static void resume_badly(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
