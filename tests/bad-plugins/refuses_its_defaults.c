// fails: defaults_are_accepted
// Its schema has a default that its code does not know.
#include "sound.h"
