// fails: unknown_extensions_are_null
// Compares only the beginning of an extension id.
#include "chela/ext/tool.h"

static const void *get_by_prefix(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_by_prefix
#include "sound.h"

static const void *get_by_prefix(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  return id.size >= 11 && memcmp(id.data, "chela.tool/", 11) == 0 ? &kTool : NULL;
}
