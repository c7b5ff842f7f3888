#pragma once

// chela.tool/1 of a plugin in a host process: tool.call on the wire.

#include "chela/ext/tool.h"

namespace chela::remote {

extern const chela_plugin_tool kRemoteTool;

}  // namespace chela::remote
