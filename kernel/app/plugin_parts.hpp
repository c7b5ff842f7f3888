#pragma once

// The plugins of a gateway and what they get from it: where they are looked for, how each is configured, where it runs
// and which addresses it may reach. Loop thread only.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chela/abi.h"
#include "kernel/app/effective_config.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/core/remote/remote_hosts.hpp"

namespace chela::app {

// What the plugins are put into; everything outlives them.
struct PluginSurroundings {
  Loop& loop;
  log::Logger logger;
  net::Egress& egress;
  const EffectiveConfig& configuration;
  std::filesystem::path workspace;
  std::string path;  // PATH, where Node is looked for
  std::span<const chela_entry* const> linked_in;
  std::vector<std::string> probe;
  std::function<bool(std::string_view authority)> is_service_authority;
  plugins::InboundDoor inbound = {};
};

class PluginParts {
 public:
  // Reads the manifests. Error: the configured lane is none of this build.
  static Result<std::unique_ptr<PluginParts>> create(PluginSurroundings surroundings);
  PluginParts(PluginSurroundings surroundings, plugins::Lane lane);
  PluginParts(const PluginParts&) = delete;
  PluginParts& operator=(const PluginParts&) = delete;

  plugins::PluginSet& set() { return *set_; }
  remote::RemoteHosts& hosts() { return *hosts_; }
  // Whether a request of a plugin may go to an address: one that may reach every host may reach none that only this
  // machine or its network reaches.
  Result<void> check_address(const net::EgressAddress& to) const;
  // What the configuration in effect says of them.
  plugins::PluginRules rules() const;
  // Tells plugins for Node that run what the configuration says now.
  void tell_configuration();
  // Stops every plugin and gives the host processes their time to end. Nothing is left to ask afterwards.
  void end();

 private:
  plugins::PluginSetOptions set_options(plugins::Lane lane);
  std::string config_of(const plugins::Manifest& manifest) const;
  std::map<std::string, plugins::TrustLevel> trust_in_home() const;
  std::string gateway_config_of(const std::string& plugin_id) const;

  PluginSurroundings surroundings_;
  std::optional<remote::RemoteHosts> hosts_;
  std::optional<plugins::PluginSet> set_;
};

}  // namespace chela::app
