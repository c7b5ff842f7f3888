// fails: creates_quietly
// Lets an exception out of destroy().
#include <stdexcept>

#include "chela/abi.h"

static void destroy_throwing(const chela_plugin *) {
  throw std::runtime_error("thrown in destroy");
}
#define DESTROY destroy_throwing
#include "sound.h"
