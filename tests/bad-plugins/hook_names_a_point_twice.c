// fails: hooks_are_described
// Its manifest names a point twice.
#include "sound_kinds.h"
