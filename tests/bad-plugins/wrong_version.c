// fails: identity_matches_manifest
// Its entry has another version than its manifest.
#define ENTRY_VERSION "9.9.9"
#include "sound.h"
