// fails: channel_results_are_json
// Its messageId is a number.
#define SEND_RESULT "{\"messageId\":7}"
#include "sound_kinds.h"
