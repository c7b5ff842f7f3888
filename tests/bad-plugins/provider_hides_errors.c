// fails: completion_completes_once
// Says that it has answered, whatever the service said.
#include "chela/ext/http.h"

static void on_done_well(const chela_http_listener *listener, chela_status status, chela_str error);
#define ON_DONE on_done_well
#include "sound_provider.h"

static void on_done_well(const chela_http_listener *listener, chela_status status, chela_str error) {
  (void)status;
  (void)error;
  end_completion((open_completion *)listener->context, CHELA_OK, "stop");
}
