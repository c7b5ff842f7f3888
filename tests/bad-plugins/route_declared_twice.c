// fails: routes_are_described
// Its manifest has two routes of one path.
#include "sound_kinds.h"
