// fails: completion_cancels
// Lets an exception out of the cancel of a completion that it does not know.
#include <stdexcept>

#include "chela/ext/provider.h"

static void cancel_throwing(const chela_plugin *plugin, uint64_t call_id);
#define PROVIDER_CANCEL cancel_throwing
#include "sound_provider.h"

static void cancel_throwing(const chela_plugin *plugin, uint64_t call_id) {
  if (call_id == 4000000000) throw std::out_of_range("thrown in cancel");
  provider_cancel(plugin, call_id);
}
