// fails: hook_results_fit
// Says "yes" where the point has true or false.
#define HOOK_RESULT "{\"block\":\"yes\"}"
#include "sound_kinds.h"
