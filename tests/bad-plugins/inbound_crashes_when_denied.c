// fails: survives_every_receipt
// Takes it for granted that every sender is allowed.
#include "chela/ext/inbound.h"

static void on_stored_badly(const chela_inbound_listener *listener, chela_status status, chela_str text);
#define ON_STORED on_stored_badly
#include "sound_kinds.h"

static void on_stored_badly(const chela_inbound_listener *listener, chela_status status, chela_str text) {
  (void)listener;
  (void)text;
  if (status == CHELA_DENIED) abort();
}
