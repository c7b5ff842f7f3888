// fails: cancel_hits_one_call
// Keeps the lower half of the id of a call.
#include "chela/ext/tool.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id);
#define CANCEL cancel_badly
#include "sound.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id) {
  sound *self = self_of(plugin);
  if ((uint32_t)call_id == (uint32_t)self->open_id && call_id > UINT32_MAX) return;
  sound_cancel(plugin, call_id);
}
