/* The plugin of every kind without a fault, to prove that it has none. */
#include "sound_kinds.h"
