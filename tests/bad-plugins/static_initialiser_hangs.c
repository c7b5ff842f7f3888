// fails: loads
// Waits for ever while it is loaded.
#include <unistd.h>

#include "sound.h"

__attribute__((constructor)) static void at_load(void) {
  for (;;) pause();
}
