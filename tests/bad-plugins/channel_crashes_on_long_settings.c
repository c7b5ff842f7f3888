// fails: survives_odd_accounts
// Reads settings into a buffer of fixed size.
#include "chela/ext/channel.h"

static chela_status connect_badly(const chela_plugin *plugin, const chela_channel_account *account,
                                  const chela_channel_call *call, const chela_error_sink *error);
#define CONNECT connect_badly
#include "sound_kinds.h"

static chela_status connect_badly(const chela_plugin *plugin, const chela_channel_account *account,
                                  const chela_channel_call *call, const chela_error_sink *error) {
  if (account->settings.size > 10000) abort(); /* where a real one would overflow */
  return sound_connect(plugin, account, call, error);
}
