#pragma once

// command.run and gatewayMethod.call. Loop thread only.

#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Each answers `request`. `loop` outlives it.
Task<Result<void>> run_command(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);
Task<Result<void>> call_method(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);

}  // namespace chela::plugin_host
