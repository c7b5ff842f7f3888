// fails: cancel_completes
// Lets an exception out of the cancel of a call that it does not know.
#include <stdexcept>

#include "chela/ext/tool.h"

static void cancel_throwing(const chela_plugin *plugin, uint64_t call_id);
#define CANCEL cancel_throwing
#include "sound.h"

static void cancel_throwing(const chela_plugin *plugin, uint64_t call_id) {
  if (call_id == 4000000000) throw std::out_of_range("thrown in cancel");
  sound_cancel(plugin, call_id);
}
