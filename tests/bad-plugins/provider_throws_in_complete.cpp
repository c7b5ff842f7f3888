// fails: completion_completes_once
// Lets an exception out of complete().
#include <stdexcept>

#include "chela/ext/provider.h"

static chela_status complete_throwing(const chela_plugin *, const chela_completion_request *, const chela_completion *,
                                      const chela_error_sink *) {
  throw std::runtime_error("thrown in complete");
}
#define COMPLETE complete_throwing
#include "sound_provider.h"
