// fails: channels_are_described
// Its manifest has a channel for texts of no length.
#include "sound_kinds.h"
