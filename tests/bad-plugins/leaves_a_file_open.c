// fails: leaves_no_descriptors
// Opens a file when it is started, and never closes it.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <fcntl.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  self_of(plugin)->stopped = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return sound_start(plugin, error);
}
