#pragma once

// Who may talk to the agent on a channel, by the operator's settings of it: dmPolicy, allowFrom, groupPolicy, each also
// below accounts.ID, as upstream has them. The channel's plugin applies them, too, and knows more (pairing); what is
// forbidden here stays forbidden whatever it says. Any thread.

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/channels/inbound_message.hpp"

namespace chela::runtime {

// `settings` is channels.ID of the configuration. Error `denied` with the key that forbids it.
Result<void> check_sender(const nlohmann::json& settings, const InboundMessage& message);

}  // namespace chela::runtime
