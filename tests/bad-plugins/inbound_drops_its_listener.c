// fails: receipts_may_come_late
// Has one listener for all messages, and changes it while the host still holds it.
#include "chela/ext/channel.h"
#include "chela/ext/inbound.h"

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error);
#define SEND send_badly
static void on_stored_badly(const chela_inbound_listener *listener, chela_status status, chela_str text);
#define ON_STORED on_stored_badly
#include "sound_kinds.h"

static int messages[2]; /* which is open */
static int open_messages;

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error) {
  stored.context = &messages[open_messages++ % 2];
  return sound_send(plugin, message, call, error);
}

static void on_stored_badly(const chela_inbound_listener *listener, chela_status status, chela_str text) {
  open_messages = 0;
  sound_on_stored(listener, status, text);
}
