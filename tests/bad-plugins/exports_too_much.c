// fails: exports_one_symbol
// Exports a function of its own beside the entry.
#include "sound.h"

CHELA_EXPORT int handy_function(void);
CHELA_EXPORT int handy_function(void) { return 1; }
