// fails: is_destroyed_in_every_state
// Once started, its destroy() relies on an earlier stop().
#include "chela/abi.h"

static chela_status start_noting(const chela_plugin *plugin, const chela_error_sink *error);
static void destroy_badly(const chela_plugin *plugin);
#define START start_noting
#define DESTROY destroy_badly
#include "sound.h"

enum { kRunning = -1 };

static chela_status start_noting(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)error;
  self_of(plugin)->stopped = kRunning;
  return CHELA_OK;
}
static void destroy_badly(const chela_plugin *plugin) {
  if (self_of(plugin)->stopped == kRunning) abort();
  sound_destroy(plugin);
}
