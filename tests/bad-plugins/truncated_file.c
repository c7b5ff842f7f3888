// fails: loads
// A sound plugin, of whose file the build keeps the first 2,000 bytes.
#include "sound.h"
