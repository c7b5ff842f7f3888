// fails: survives_odd_messages
// Reads a text into a buffer of fixed size.
#include "chela/ext/channel.h"

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error);
#define SEND send_badly
#include "sound_kinds.h"

static chela_status send_badly(const chela_plugin *plugin, const chela_channel_message *message,
                               const chela_channel_call *call, const chela_error_sink *error) {
  if (message->text.size > 10000) abort(); /* where a real one would overflow */
  return sound_send(plugin, message, call, error);
}
