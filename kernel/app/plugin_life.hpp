#pragma once

// What the operator does to plugins while the gateway runs: their configuration is written and in effect at once, what
// was installed or removed is taken in, and what follows from it for models and tools. Loop thread only.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kernel/app/effective_config.hpp"
#include "kernel/app/live_reload.hpp"
#include "kernel/app/plugin_parts.hpp"
#include "kernel/core/plugins/log_ring.hpp"
#include "kernel/gateway/plugins_api.hpp"

namespace chela::app {

class PluginLife {
 public:
  // All of them outlive it.
  PluginLife(EffectiveConfig& config, PluginParts& parts, gateway::Context& context, const log::Logger& logger);
  PluginLife(const PluginLife&) = delete;
  PluginLife& operator=(const PluginLife&) = delete;

  // What reads the file again; null while there is nothing yet, or no more.
  void set_live_reload(LiveReload* live_reload) { live_reload_ = live_reload; }

  // For the API; `logs` and this outlive the routes.
  gateway::PluginsSources sources(const plugins::LogRing& logs);

  // Brings the plugins to what the configuration in effect and the disk say.
  Task<plugins::Rescanned> take_in_plugins();
  void take_in_plugins_soon();

 private:
  nlohmann::json written_config(const std::string& plugin_id) const;
  Task<std::expected<void, gateway::ConfigRefusal>> set_config(std::string plugin_id, nlohmann::json config);
  Task<Result<void>> set_enabled(std::string plugin_id, bool enabled);
  Task<plugins::Rescanned> rescan();
  std::expected<void, gateway::ConfigRefusal> write(const std::string& plugin_id, const char* member,
                                                    const nlohmann::json& value);

  EffectiveConfig& config_;
  PluginParts& parts_;
  gateway::Context& context_;
  log::Logger logger_;
  LiveReload* live_reload_ = nullptr;
};

}  // namespace chela::app
