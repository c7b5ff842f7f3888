// fails: loads
// Runs code when it is loaded, and that code crashes.
#include <cstdlib>

static const int kCrash = [] {
  std::abort();
  return 0;
}();
#include "sound.h"
