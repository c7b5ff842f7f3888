// fails: function_cancels
// Leaves a call of a function open although it was asked to cancel it.
#include "chela/abi.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id);
#define FUNCTION_CANCEL cancel_badly
#include "sound_kinds.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
