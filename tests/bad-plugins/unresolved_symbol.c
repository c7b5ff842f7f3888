// fails: loads
// Needs a function that nobody defines.
#include "chela/ext/tool.h"

chela_status defined_nowhere(const chela_plugin *plugin, const chela_sink *out);
#define NAMES defined_nowhere
#include "sound.h"
