// fails: stop_ends_open_calls survives_an_early_end
// Leaves calls open when it is stopped.
#include "chela/abi.h"

static void stop_nothing(const chela_plugin *plugin) { (void)plugin; }
#define STOP stop_nothing
#include "sound.h"
