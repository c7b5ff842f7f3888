// fails: commands_are_described
// Its manifest does not say what the command is for.
#include "sound_kinds.h"
