// fails: interfaces_match_manifest
// Its code has a channel, its manifest none.
#include "sound_kinds.h"
