// fails: account_connects_again
// Does not connect a second time.
#include "chela/abi.h"
#include "chela/ext/channel.h"

static chela_status connect_badly(const chela_plugin *plugin, const chela_channel_account *account,
                                  const chela_channel_call *call, const chela_error_sink *error);
#define CONNECT connect_badly
static void stop_badly(const chela_plugin *plugin);
#define STOP stop_badly
#include "sound_kinds.h"

static int connected;

static chela_status connect_badly(const chela_plugin *plugin, const chela_channel_account *account,
                                  const chela_channel_call *call, const chela_error_sink *error) {
  if (connected++) return refuse(error, CHELA_UNAVAILABLE, "it was connected before");
  return sound_connect(plugin, account, call, error);
}

static void stop_badly(const chela_plugin *plugin) {
  connected = 0;
  kinds_stop(plugin);
}
