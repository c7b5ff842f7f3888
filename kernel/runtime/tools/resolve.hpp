#pragma once

// The tools that factories of plugins make for one run of the agent. Loop thread only.

#include <memory>
#include <string>
#include <vector>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/tools/catalog.hpp"

namespace chela::runtime {

constexpr Duration kResolveTimeout = std::chrono::seconds(15);
constexpr std::size_t kMadeToolsMax = 256;  // in one run

// Asks all plugins with factories side by side. A plugin that fails is logged, and its tools are missing in this run.
// `context`: chela_tool_request::context of the calls to come.
Task<std::vector<std::shared_ptr<const Tool>>> resolve_tools(Loop& loop, log::Logger logger,
                                                             plugins::PluginSet& plugins, const ToolCatalog& catalog,
                                                             std::string context);

}  // namespace chela::runtime
