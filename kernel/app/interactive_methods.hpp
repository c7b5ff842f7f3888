#pragma once

// What a channel of a plugin asks when a person has pressed something in what another plugin sent: the methods
// `interactive.find` and `interactive.dispatch` of the gateway, for plugins alone. Loop thread only.

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/gateway/methods.hpp"
#include "kernel/runtime/commands/table.hpp"

namespace chela::app {

// What is named outlives the table.
struct InteractiveParts {
  Loop& loop;
  plugins::PluginSet& plugins;
  const runtime::CommandTable& commands;
};

// Parameters {channel, namespace}: who would be asked, {plugin}; `not_found` when nobody has registered it. With an
// object `event` interactive.dispatch asks them, and yields what they say. `denied` for a channel of somebody else.
void add_interactive_methods(gateway::MethodTable& methods, InteractiveParts parts);

}  // namespace chela::app
