#pragma once

// capability.invoke. Loop thread only.

#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Answers `request`. `loop` outlives it.
Task<Result<void>> invoke_capability(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);

}  // namespace chela::plugin_host
