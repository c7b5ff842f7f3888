// fails: survives_an_early_end
// Takes it for granted that a request is cancelled by nobody but itself.
#include "chela/ext/http.h"

static void cancel_noting(const chela_plugin *plugin, uint64_t call_id);
static void stop_noting(const chela_plugin *plugin);
static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error);
#define PROVIDER_CANCEL cancel_noting
#define STOP stop_noting
#define ON_DONE on_done_badly
#include "sound_provider.h"

static int cancelling;

static void cancel_noting(const chela_plugin *plugin, uint64_t call_id) {
  cancelling = 1;
  provider_cancel(plugin, call_id);
  cancelling = 0;
}
static void stop_noting(const chela_plugin *plugin) {
  cancelling = 1;
  provider_stop(plugin);
  cancelling = 0;
}
static void on_done_badly(const chela_http_listener *listener, chela_status status, chela_str error) {
  if (status == CHELA_CANCELLED && !cancelling) abort(); /* where a real one would look up what it never noted */
  provider_on_done(listener, status, error);
}
