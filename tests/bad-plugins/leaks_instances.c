// fails: lives_leave_no_memory
// Forgets to free itself.
#include "chela/abi.h"

static void destroy_badly(const chela_plugin *plugin);
#define DESTROY destroy_badly
#include "sound.h"

static void destroy_badly(const chela_plugin *plugin) {
  sound *self = self_of(plugin);
  if (self->open != NULL) sound_cancel(plugin, self->open_id);
}
