#pragma once

// The gateway's own methods, under upstream's names: health, status, sessions.list, sessions.history, models.list,
// commands.list, config.get.

#include <functional>

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/methods.hpp"

namespace chela::gateway {

// `configuration` is the document in effect, secrets left out. What is named outlives the table.
void add_core_methods(MethodTable& table, Context& context, std::function<nlohmann::json()> configuration);

// What GET /api/commands and commands.list say.
nlohmann::json commands_json(const runtime::CommandTable* commands);

}  // namespace chela::gateway
