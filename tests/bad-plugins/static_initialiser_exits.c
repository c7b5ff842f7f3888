// fails: loads
// Ends the process while it is loaded.
#include <unistd.h>

#include "sound.h"

__attribute__((constructor)) static void at_load(void) {
  _exit(0);
}
