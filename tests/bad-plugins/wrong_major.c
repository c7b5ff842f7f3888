// fails: abi_fits
// Built for an ABI of another major version.
#define ABI_MAJOR 2
#include "sound.h"
