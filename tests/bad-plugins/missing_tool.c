// fails: tool_names_match_manifest
// Cannot run a tool that its manifest declares.
#include "chela/ext/tool.h"

static chela_status names_badly(const chela_plugin *plugin, const chela_sink *out);
#define NAMES names_badly
#include "sound.h"

static chela_status names_badly(const chela_plugin *plugin, const chela_sink *out) {
  (void)plugin;
  out->write(out, str("echo\nlater\n"));
  return CHELA_OK;
}
