// fails: memory_is_protected
// The build links it with an executable stack.
#include "sound.h"
