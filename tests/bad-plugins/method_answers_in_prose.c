// fails: method_results_are_json
// Its result is a sentence.
#define METHOD_RESULT "it is done"
#include "sound_kinds.h"
