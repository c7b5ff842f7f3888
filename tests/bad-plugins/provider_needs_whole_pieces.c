// fails: pieces_may_be_cut_anywhere
// Takes each piece from the network for a whole line.
#include "chela/ext/http.h"

static void on_body_badly(const chela_http_listener *listener, chela_str bytes);
#define ON_BODY on_body_badly
#include "sound_provider.h"

static void on_body_badly(const chela_http_listener *listener, chela_str bytes) {
  if (bytes.size > 6) on_body(listener, bytes);
}
