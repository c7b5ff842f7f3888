// fails: methods_are_described
// Its manifest asks for a scope that there is not.
#include "sound_kinds.h"
