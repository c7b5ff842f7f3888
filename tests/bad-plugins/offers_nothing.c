// fails: interfaces_match_manifest
// Declares tools and offers no chela.tool/1.
#include "chela/abi.h"

static const void *get_nothing(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  (void)id;
  return NULL;
}
#define GET_EXTENSION get_nothing
#include "sound.h"
