#pragma once

// From the configuration to the limits and options of each part. Pure functions; any thread.

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "kernel/app/effective_config.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/net/limits.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/core/policy/access.hpp"
#include "kernel/gateway/context.hpp"
#include "kernel/runtime/models/catalog.hpp"
#include "kernel/runtime/tools/catalog.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::app {

// "loopback", "lan", "auto", "custom" or an address, as an address. Error `unsupported` for tailnet.
Result<std::string> bind_address(const config::Snapshot& config);

log::LogOptions log_options(const config::Snapshot& config);
net::ServerLimits server_limits(const config::Snapshot& config);
gateway::SocketLimits socket_limits(const config::Snapshot& config);
runtime::TurnLimits turn_limits(const config::Snapshot& config);
runtime::ToolSelection tool_selection(const config::Snapshot& config);
plugins::Selection plugin_selection(const config::Snapshot& config);
// Where the operator wants single plugins to run, by id.
std::map<std::string, plugins::Isolation> plugin_isolation(const config::Snapshot& config);
// The plugins for Node that may open sockets of their own, by id.
std::set<std::string> plugins_with_sockets(const config::Snapshot& config);
// `~` and relative paths are taken from the home directory of the person.
std::filesystem::path expanded_path(const std::string& text);
std::filesystem::path workspace(const config::Snapshot& config, const std::filesystem::path& fallback);
std::vector<std::filesystem::path> plugin_load_paths(const config::Snapshot& config);
// The environment of `config`, which outlives the catalog, says which services have keys.
runtime::ModelCatalog model_catalog(const plugins::PluginSet& plugins, const EffectiveConfig& config);
// With `token` resolved already; empty when none is configured.
policy::AccessRules access_rules(const config::Snapshot& config, std::string token, std::string address);

}  // namespace chela::app
