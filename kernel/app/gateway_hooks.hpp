#pragma once

// What plugins hear of the gateway's own life, and what the configuration says of their hooks and of the places of a
// conversation that they fill. Loop thread only.

#include <cstdint>

#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/context/context_plugins.hpp"
#include "kernel/runtime/hooks/hooks.hpp"
#include "kernel/runtime/sessions/sessions.hpp"

namespace chela::app {

// plugins.entries.ID.hooks.
runtime::HookRulesByPlugin hook_rules(const config::Snapshot& config);

// plugins.slots, and who may add nothing to a prompt.
runtime::SlotRules slot_rules(const config::Snapshot& config);

// Starts the plugins of which nobody knows yet what they provide, has the places named that nobody fills, then tells
// gateway_start to those that listen.
Task<Result<void>> begin_hooks(plugins::PluginSet& plugins, runtime::Hooks& hooks,
                               runtime::ContextPlugins& context_plugins, std::uint16_t port);

// Tells session_end and gateway_stop, and gives plugins a few seconds for it.
Task<void> end_hooks(Loop& loop, runtime::Hooks& hooks, const runtime::Sessions& sessions);

}  // namespace chela::app
