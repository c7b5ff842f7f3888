// fails: entry_is_complete
// Its entry claims a size that no version has.
#define ENTRY_STRUCT_SIZE 0xFFFFFFFFu
#include "sound.h"
