// fails: starts_and_stops
// Lets an exception out of start().
#include <stdexcept>

#include "chela/abi.h"

static chela_status start_throwing(const chela_plugin *, const chela_error_sink *) {
  throw std::runtime_error("thrown in start");
}
#define START start_throwing
#include "sound.h"
