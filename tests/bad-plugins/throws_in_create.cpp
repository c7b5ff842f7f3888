// fails: creates_quietly
// Lets an exception out of create().
#include <stdexcept>

#include "chela/abi.h"

static const chela_plugin *create_throwing(const chela_host *, const chela_error_sink *) {
  throw std::runtime_error("thrown in create");
}
#define CREATE create_throwing
#include "sound.h"
