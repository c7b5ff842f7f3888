/* The provider without a fault, to prove that it has none. */
#include "sound_provider.h"
