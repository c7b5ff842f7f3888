// fails: completion_completes_once
// Counts its tool calls from one.
#include "chela/ext/http.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error);
#define ON_DONE on_done_badly
#include "sound_provider.h"

static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error) {
  open_completion *open = (open_completion *)listener->context;
  if (open->completion != NULL) open->completion->tool_call(open->completion, 1, str("id"), str("echo"));
  provider_on_done(listener, status, error);
}
