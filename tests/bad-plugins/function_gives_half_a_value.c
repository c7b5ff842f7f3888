// fails: function_values_are_json
// Its value ends in the middle.
#define FUNCTION_VALUE "[{\"text\":"
#include "sound_kinds.h"
