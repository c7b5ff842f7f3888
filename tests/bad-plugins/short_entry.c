// fails: entry_is_complete
// Its entry ends before create.
#define ENTRY_STRUCT_SIZE 16
#include "sound.h"
