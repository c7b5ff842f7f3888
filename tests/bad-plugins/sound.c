/* The plugin without a fault, to prove that it has none. */
#include "sound.h"
