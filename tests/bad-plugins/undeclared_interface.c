// fails: interfaces_match_manifest
// Offers chela.provider/1, which its manifest does not declare.
#include "chela/ext/provider.h"

static const void *get_more(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_more
#include "sound.h"

static const void *get_more(const chela_plugin *plugin, chela_str id) {
  static const chela_plugin_provider provider = {sizeof(chela_plugin_provider), NULL, NULL, NULL};
  return is(id, CHELA_EXT_PROVIDER) ? (const void *)&provider : sound_get_extension(plugin, id);
}
