// fails: channel_completes_once
// Completes a message, and once more.
#include "chela/ext/channel.h"

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error);
#define SEND send_badly
#include "sound_kinds.h"

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error) {
  call->complete(call, CHELA_OK, str("{}"), 0);
  return sound_send(plugin, message, call, error);
}
