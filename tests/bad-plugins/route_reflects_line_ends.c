// fails: answer_heads_are_well_formed
// Its header has line ends within.
#define HEAD_VALUE "text/plain\r\nX-Injected: yes"
#include "sound_kinds.h"
