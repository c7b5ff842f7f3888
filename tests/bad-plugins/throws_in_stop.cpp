// fails: starts_and_stops
// Lets an exception out of stop().
#include <stdexcept>

#include "chela/abi.h"

static void stop_throwing(const chela_plugin *) {
  throw std::runtime_error("thrown in stop");
}
#define STOP stop_throwing
#include "sound.h"
