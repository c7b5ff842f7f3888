// fails: loading_changes_nothing
// Sets a variable while it is loaded.
#include <stdlib.h>

#include "sound.h"

__attribute__((constructor)) static void at_load(void) {
  setenv("BAD_PLUGIN", "was here", 1);
}
