#pragma once

// provider.complete and provider.listModels. Loop thread only.

#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Each answers `request`. `loop` outlives it.
Task<Result<void>> complete(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);
Task<Result<void>> list_models(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);

}  // namespace chela::plugin_host
