// fails: extensions_stay
// Makes a new table of functions each time it is asked.
#include "chela/ext/tool.h"

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION get_extension_badly
#include "sound.h"

enum { kTables = 4 };

static const void *get_extension_badly(const chela_plugin *plugin, chela_str id) {
  static chela_plugin_tool tables[kTables];
  static unsigned next;
  const chela_plugin_tool *table = (const chela_plugin_tool *)sound_get_extension(plugin, id);
  if (table == NULL) return NULL;
  next = (next + 1) % kTables;
  tables[next] = *table;
  return &tables[next];
}
