// fails: tool_names_match_manifest returns_at_once
// Lets an exception out of names().
#include <stdexcept>

#include "chela/ext/tool.h"

static chela_status names_throwing(const chela_plugin *, const chela_sink *) {
  throw std::runtime_error("thrown in names");
}
#define NAMES names_throwing
#include "sound.h"
