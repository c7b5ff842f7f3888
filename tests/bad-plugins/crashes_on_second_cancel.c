// fails: cancel_comes_twice
// Does at every cancel of a call what can be done once.
#include "chela/ext/tool.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id);
#define CANCEL cancel_badly
#include "sound.h"

static void cancel_badly(const chela_plugin *plugin, uint64_t call_id) {
  static uint64_t last_cancelled;
  static int times;
  times = call_id == last_cancelled ? times + 1 : 1;
  last_cancelled = call_id;
  if (times > 2) abort();
  sound_cancel(plugin, call_id);
}
