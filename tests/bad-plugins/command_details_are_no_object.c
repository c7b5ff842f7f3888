// fails: command_answers_fit
// Its details are a text.
#define COMMAND_DETAILS "\"continueAgent\""
#include "sound_kinds.h"
