// fails: loads
// Links a library that is not where the loader looks.
extern int absent_function(void);

#include "sound.h"

CHELA_EXPORT int uses_absent_library(void);
int uses_absent_library(void) {
  return absent_function();
}
