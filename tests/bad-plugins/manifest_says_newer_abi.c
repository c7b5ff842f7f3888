// fails: abi_fits
// Its manifest asks for a later ABI than its code.
#include "sound.h"
