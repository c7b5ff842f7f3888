// fails: hook_results_fit
// Its result is a JSON array.
#define HOOK_RESULT "[]"
#include "sound_kinds.h"
