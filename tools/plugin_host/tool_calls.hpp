#pragma once

// tool.call. Loop thread only.

#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Answers `request`. `loop` outlives it.
Task<Result<void>> call_tool(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);

}  // namespace chela::plugin_host
