// fails: creates_quietly
// Its plugin object ends before stop.
#define PLUGIN_STRUCT_SIZE offsetof(chela_plugin, stop)
#include "sound.h"
