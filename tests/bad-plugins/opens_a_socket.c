// fails: opens_no_sockets
// Has a socket of its own while it runs.
#include <sys/socket.h>
#include <unistd.h>

#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
static void stop_badly(const chela_plugin *plugin);
#define START start_badly
#define STOP stop_badly
#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  self_of(plugin)->stopped = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return sound_start(plugin, error);
}
static void stop_badly(const chela_plugin *plugin) {
  close(self_of(plugin)->stopped);
  sound_stop(plugin);
}
