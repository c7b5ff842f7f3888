// fails: stop_ends_open_hooks survives_an_early_end
// Leaves hooks open when it is stopped.
#include "chela/abi.h"

static void stop_badly(const chela_plugin *plugin);
#define STOP stop_badly
#include "sound_kinds.h"

static void stop_badly(const chela_plugin *plugin) {
  work *w;
  for (w = works; w < works + kWorksMax; ++w) {
    if (w->call != NULL && w->kind != HOOK) end_work(w, CHELA_CANCELLED);
  }
  sound_stop(plugin);
}
