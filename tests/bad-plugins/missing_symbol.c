// fails: loads
// Its entry has a name that no host looks for.
#define ENTRY_SYMBOL chela_plugin_entry_misspelt
#include "sound.h"
