// fails: loads
// The build leaves a file without a byte.
#include "sound.h"
