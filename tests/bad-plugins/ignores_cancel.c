// fails: cancel_completes cancel_hits_one_call
// Leaves a call open although it was asked to cancel it.
#include "chela/ext/tool.h"

static void cancel_nothing(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
#define CANCEL cancel_nothing
#include "sound.h"
