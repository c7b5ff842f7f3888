#pragma once

// chela.command/1 of a plugin in a host process: command.run on the wire; capability.invoke for interactive handlers.

#include <string_view>

#include "chela/ext/command.h"

namespace chela::remote {

// Commands of this name are interactive handlers: interactive/CHANNEL/NAMESPACE.
constexpr std::string_view kInteractivePrefix = "interactive/";

extern const chela_plugin_command kRemoteCommand;

}  // namespace chela::remote
