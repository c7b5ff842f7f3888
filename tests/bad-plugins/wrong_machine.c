// fails: loads
// The build marks it as made for another processor.
#include "sound.h"
