// fails: configures
// Lets an exception out of a function of the ABI.
#include <stdexcept>

#include "chela/abi.h"

static chela_status configure_throwing(const chela_plugin *, chela_str, const chela_error_sink *) {
  throw std::runtime_error("thrown in configure");
}
#define CONFIGURE configure_throwing
#include "sound.h"
