#pragma once

// /api/channels: how the accounts of channels are, and a message to somebody by one of them.

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

// [{channel, account, plugin, state, …}]
nlohmann::json channels_json(const runtime::Channels* channels);

// The context has channels.
void add_channels_api(Service& service, Context& context);

}  // namespace chela::gateway
