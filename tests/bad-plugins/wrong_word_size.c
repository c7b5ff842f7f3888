// fails: loads
// The build marks it as a 32-bit library.
#include "sound.h"
