#pragma once

// The gateway's own commands. Loop thread only.

#include "kernel/runtime/commands/table.hpp"

namespace chela::runtime {

// /help and /plugins. `table` and `plugins` outlive what is added.
void add_built_in_commands(CommandTable& table, const plugins::PluginSet& plugins);

}  // namespace chela::runtime
