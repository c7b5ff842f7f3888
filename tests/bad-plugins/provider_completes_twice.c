// fails: completion_completes_once
// Completes when the head says an error, and again when the request ends.
#include "chela/ext/http.h"

static void on_done_twice(const chela_http_listener *listener, chela_status status, chela_str error);
#define ON_DONE on_done_twice
#include "sound_provider.h"

static void on_done_twice(const chela_http_listener *listener, chela_status status, chela_str error) {
  const chela_completion *completion = ((open_completion *)listener->context)->completion;
  provider_on_done(listener, status, error);
  if (status == CHELA_OK) completion->complete(completion, CHELA_OK, str("stop"), 0);
}
