// fails: hook_cancels
// Leaves a hook open although it was asked to cancel it.
#include "chela/abi.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id);
#define HOOK_CANCEL cancel_badly
#include "sound_kinds.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
