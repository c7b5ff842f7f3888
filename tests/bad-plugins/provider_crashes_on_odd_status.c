// fails: survives_broken_streams
// Has a table for every status that there should be.
#include "chela/ext/http.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error);
#define ON_DONE on_done_badly
#include "sound_provider.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error) {
  open_completion *open = (open_completion *)listener->context;
  if (open->http_status > 599) abort(); /* where a real one would read beyond a table */
  provider_on_done(listener, status, error);
}
