// fails: unknown_extensions_are_null interfaces_match_manifest
// Lets an exception out of get_extension() for an id that it does not know.
#include <stdexcept>

#include "chela/ext/tool.h"

static const void *get_extension_throwing(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_extension_throwing
#include "sound.h"

static const void *get_extension_throwing(const chela_plugin *plugin, chela_str id) {
  if (!is(id, CHELA_EXT_TOOL)) throw std::out_of_range("thrown in get_extension");
  return sound_get_extension(plugin, id);
}
