// fails: interfaces_match_manifest
// Its manifest has a hook, its code has none.
#include "chela/abi.h"

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_extension_badly
#include "sound_kinds.h"

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id) {
  return is(id, CHELA_EXT_HOOK) ? NULL : kinds_get_extension(plugin, id);
}
