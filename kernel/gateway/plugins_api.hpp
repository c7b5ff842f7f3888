#pragma once

// /api/plugins…: what each plugin is, does and costs, and what the operator may do with it (docs/plugins-api.md).

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/plugins/log_ring.hpp"
#include "kernel/core/remote/remote_hosts.hpp"
#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

// Why a plugin's configuration is not taken.
struct ConfigRefusal {
  struct Place {
    std::string path;  // within the plugin's configuration, "$.server.port"; "$" when it is no place of it
    std::string reason;
  };
  Error error;
  std::vector<Place> places;  // empty: the error says all
};

// What the application contributes: it owns the configuration file.
struct PluginsSources {
  const remote::RemoteHosts& hosts;
  const plugins::LogRing& logs;
  // What the person has configured, as it is written: a JSON object.
  std::function<nlohmann::json(const std::string& plugin_id)> config_of;
  // These write the file and are done when it is in effect.
  std::function<Task<std::expected<void, ConfigRefusal>>(std::string plugin_id, nlohmann::json config)> set_config;
  std::function<Task<Result<void>>(std::string plugin_id, bool enabled)> set_enabled;
  // Takes in what has changed on the disk.
  std::function<Task<plugins::Rescanned>()> rescan;
};

// What stands in the place of a secret; whoever sends it back leaves the secret as it is.
inline constexpr const char* kRedacted = "[redacted]";

// One plugin, as the page and the command line show it.
nlohmann::json plugin_details(const plugins::Record& record, const PluginsSources& sources);

void add_plugins_api(Service& service, Context& context, PluginsSources sources);

}  // namespace chela::gateway
