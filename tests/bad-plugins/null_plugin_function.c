// fails: creates_quietly
// Its plugin object has no stop function.
#define STOP NULL
#include "sound.h"
