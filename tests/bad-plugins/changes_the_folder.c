// fails: leaves_folder_and_environment
// Changes the working folder of the process.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <unistd.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  self_of(plugin)->stopped = chdir("/");
  return sound_start(plugin, error);
}
