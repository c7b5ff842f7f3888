// fails: method_cancels
// A cancel ends every call of it.
#include "chela/abi.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id);
#define METHOD_CANCEL cancel_badly
#include "sound_kinds.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id) {
  (void)call_id;
  end_all_work(plugin);
}
