// fails: cancel_hits_one_completion
// Cancels every completion when one is cancelled.
#include "chela/ext/provider.h"

static void cancel_all(const chela_plugin *plugin, uint64_t call_id);
#define PROVIDER_CANCEL cancel_all
#include "sound_provider.h"

static void cancel_all(const chela_plugin *plugin, uint64_t call_id) {
  (void)call_id;
  provider_stop(plugin);
}
