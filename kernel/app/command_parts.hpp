#pragma once

// What people and clients may ask for by its name, put together: chat commands, and the methods of the gateway and of
// plugins. Loop thread only.

#include <string>

#include "kernel/app/effective_config.hpp"
#include "kernel/app/plugin_parts.hpp"
#include "kernel/gateway/context.hpp"
#include "kernel/gateway/methods.hpp"
#include "kernel/gateway/service.hpp"
#include "kernel/runtime/commands/table.hpp"

namespace chela::app {

class CommandParts {
 public:
  // What is named outlives this.
  CommandParts(Loop& loop, PluginParts& plugins, const EffectiveConfig& configuration);
  CommandParts(const CommandParts&) = delete;
  CommandParts& operator=(const CommandParts&) = delete;

  const runtime::CommandTable& commands() const { return commands_; }
  runtime::CommandTable& commands() { return commands_; }
  gateway::MethodTable& methods() { return methods_; }
  // Adds the routes, the gateway's own methods, and what plugins may ask for. `context` outlives this, too. Once.
  void serve(gateway::Service& service, gateway::Context& context);

 private:
  bool may_see_conversations(const std::string& plugin_id) const;
  void answer_plugins();

  Loop& loop_;
  PluginParts& plugins_;
  const EffectiveConfig& configuration_;
  runtime::CommandTable commands_;
  gateway::MethodTable methods_;
};

}  // namespace chela::app
