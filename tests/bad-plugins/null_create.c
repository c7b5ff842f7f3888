// fails: entry_is_complete
// Its entry has no create function.
#define CREATE NULL
#include "sound.h"
