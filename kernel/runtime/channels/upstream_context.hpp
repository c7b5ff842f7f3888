#pragma once

// Upstream's finalised context of a message (FinalizedMsgContext: Body, From, SessionKey, …) and its route, as a channel
// plugin of upstream's hands them over. Any thread.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/channels/inbound_message.hpp"

namespace chela::runtime {

// `context` and `route` are objects; the route may be empty. Error `invalid_argument` names what is missing.
Result<InboundMessage> read_upstream_context(const std::string& plugin_id, const nlohmann::json& context,
                                             const nlohmann::json& route);

}  // namespace chela::runtime
