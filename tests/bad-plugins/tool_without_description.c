// fails: tools_are_described
// Its manifest does not say what a tool is for.
#include "sound.h"
