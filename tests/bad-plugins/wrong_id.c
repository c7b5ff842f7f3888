// fails: identity_matches_manifest
// Its entry has another id than its manifest.
#define ENTRY_ID "somebody-else"
#include "sound.h"
