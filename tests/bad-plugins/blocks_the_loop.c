// fails: returns_at_once
// Keeps the loop waiting while it lists its tools.
#include <time.h>

#include "chela/ext/tool.h"

static chela_status names_slowly(const chela_plugin *plugin, const chela_sink *out);
#define NAMES names_slowly
#include "sound.h"

static const struct timespec kLong = {0, 300000000};

static chela_status names_slowly(const chela_plugin *plugin, const chela_sink *out) {
  nanosleep(&kLong, NULL);
  return sound_names(plugin, out);
}
