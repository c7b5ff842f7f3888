// fails: tools_are_described
// Its manifest has two tools of one name.
#include "sound.h"
