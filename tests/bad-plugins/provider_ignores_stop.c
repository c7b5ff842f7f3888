// fails: stop_ends_open_completions
// Leaves completions open when it is stopped.
#include "chela/abi.h"

static void stop_nothing(const chela_plugin *plugin) { (void)plugin; }
#define STOP stop_nothing
#include "sound_provider.h"
