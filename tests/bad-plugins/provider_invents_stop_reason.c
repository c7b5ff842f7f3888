// fails: stop_reasons_are_known
// Ends with a stop reason of its own.
#include "chela/ext/http.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error);
#define ON_DONE on_done_badly
#include "sound_provider.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error) {
  open_completion *open = (open_completion *)listener->context;
  if (status != CHELA_OK || open->http_status != 200) return provider_on_done(listener, status, error);
  end_completion(open, CHELA_OK, "end_turn");
}
