#pragma once

// channel.*: calls of the plugin's channels, and what its channels hand over. Loop thread only.

#include <memory>

#include "kernel/core/plugins/inbound_receipts.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Whether `method` is one of channel.start, channel.stop, channel.accounts and channel.send.
bool is_channel_call(std::string_view method);
// Answers such a request.
Task<Result<void>> call_channel(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);

// Hands messages and states on to the gateway; `loop` and `peer` outlive it.
plugins::InboundDoor gateway_door(Loop& loop, rpc::Peer& peer);

}  // namespace chela::plugin_host
