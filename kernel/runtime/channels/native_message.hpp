#pragma once

// A message of a native channel (chela.inbound/1) as the runtime knows messages. Any thread.

#include <string>

#include "kernel/core/plugins/received_message.hpp"
#include "kernel/core/plugins/registry.hpp"
#include "kernel/runtime/channels/inbound_message.hpp"

namespace chela::runtime {

// Errors: `denied` (the channel is not the plugin's), `invalid_argument`.
Result<InboundMessage> message_of_native(const plugins::Registry& registry, const std::string& plugin_id,
                                         plugins::ReceivedMessage received);

}  // namespace chela::runtime
