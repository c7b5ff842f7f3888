// fails: unloads
// Crashes when its static objects are destroyed.
#include <cstdlib>

#include "sound.h"

struct CrashesAtTheEnd {
  ~CrashesAtTheEnd() { std::abort(); }
};
static CrashesAtTheEnd crashes_at_the_end;
