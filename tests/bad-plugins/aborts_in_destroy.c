// fails: creates_quietly
// Ends the process when it is destroyed.
#include "chela/abi.h"

static void destroy_badly(const chela_plugin *plugin);
#define DESTROY destroy_badly
#include "sound.h"

static void destroy_badly(const chela_plugin *plugin) {
  (void)plugin;
  abort();
}
