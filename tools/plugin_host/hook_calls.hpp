#pragma once

// hook.run. Loop thread only.

#include <memory>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/protocol/hook.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

// Answers `request`, whose parameters are `params`. `loop` outlives it.
Task<Result<void>> run_hook(Loop& loop, std::shared_ptr<HostedPlugin> plugin, protocol::HookRunParams params,
                            rpc::Request request);

}  // namespace chela::plugin_host
