// fails: completion_completes_once
// Lets an exception out of the end of a request.
#include <stdexcept>

#include "chela/ext/http.h"

static void on_done_throwing(const chela_http_listener *, chela_status, chela_str) {
  throw std::runtime_error("thrown in on_done");
}
#define ON_DONE on_done_throwing
#include "sound_provider.h"
