// fails: interfaces_match_manifest
// Offers chela.command/1 without cancel().
#define COMMAND_CANCEL NULL
#include "sound_kinds.h"
