// fails: completion_completes_once
// Its listener has no function for the end of a request.
#define ON_DONE NULL
#include "sound_provider.h"
