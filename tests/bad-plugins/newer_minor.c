// fails: abi_fits
// Built for a newer minor version than the host has.
#define ABI_MINOR (CHELA_ABI_MINOR + 1)
#include "sound.h"
