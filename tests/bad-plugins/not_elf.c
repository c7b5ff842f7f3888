// fails: loads
// The build replaces it by a text.
#include "sound.h"
