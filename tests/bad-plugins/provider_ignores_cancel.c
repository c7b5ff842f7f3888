// fails: completion_cancels cancel_hits_one_completion
// Goes on with a completion that it was asked to cancel.
#include "chela/abi.h"

static void cancel_nothing(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
#define PROVIDER_CANCEL cancel_nothing
#include "sound_provider.h"
