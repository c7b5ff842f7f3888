// fails: unknown_extensions_are_null
// Reads the bytes of an id that has none.
#include "chela/abi.h"

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_extension_badly
#include "sound.h"

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id) {
  volatile const char *first = id.data;
  if (*first == 'x') return NULL;
  return sound_get_extension(plugin, id);
}
