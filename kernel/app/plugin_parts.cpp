#include "kernel/app/plugin_parts.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "kernel/app/configuration.hpp"
#include "kernel/app/gateway_config.hpp"
#include "kernel/app/host_programs.hpp"
#include "kernel/app/plugin_config.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/net/public_address.hpp"
#include "kernel/core/packages/store.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr auto kHostsEndWithin = std::chrono::seconds(6);  // they have 5 s to end by themselves

}  // namespace

Result<std::unique_ptr<PluginParts>> PluginParts::create(PluginSurroundings surroundings) {
  const auto& config = surroundings.configuration.current();
  CHELA_TRY(auto lane, plugins::resolve_lane(plugins::parse_lane(config.get_string("runtime.mode"))
                                                 .value_or(plugins::LaneRequest::automatic)));
  return std::make_unique<PluginParts>(std::move(surroundings), lane);
}

PluginParts::PluginParts(PluginSurroundings surroundings, plugins::Lane lane) : surroundings_(std::move(surroundings)) {
  const auto& configuration = surroundings_.configuration;
  plugins::HostEnvironment host{surroundings_.loop, surroundings_.logger, surroundings_.egress,
                                surroundings_.is_service_authority, surroundings_.inbound};
  hosts_.emplace(host, host_programs(configuration.current(), configuration.home(), surroundings_.workspace,
                                     surroundings_.path));
  set_.emplace(set_options(lane), std::move(host));
  set_->discover();
}

plugins::PluginSetOptions PluginParts::set_options(plugins::Lane lane) {
  const auto& home = surroundings_.configuration.home();
  auto now = rules();
  return {.roots = std::move(now.roots),
          .selection = std::move(now.selection),
          .lane = lane,
          .linked_in = surroundings_.linked_in,
          .config_of = [this](const plugins::Manifest& manifest) { return config_of(manifest); },
          .gateway_config_of = [this](const std::string& id) { return gateway_config_of(id); },
          .probe = {.command = surroundings_.probe},
          .verify_files = [root = home.root](const plugins::Manifest& manifest) {
            return packages::verify_installed(root, manifest.directory);
          },
          .trust_in_home = [this] { return trust_in_home(); },
          .isolation = std::move(now.isolation),
          .open_sockets = std::move(now.open_sockets),
          .registrations = home.registrations(),
          .elsewhere = &*hosts_};
}

plugins::PluginRules PluginParts::rules() const {
  const auto& config = surroundings_.configuration.current();
  return {.roots = plugin_roots(surroundings_.configuration.home(), &config),
          .selection = plugin_selection(config),
          .isolation = plugin_isolation(config),
          .open_sockets = plugins_with_sockets(config)};
}

std::map<std::string, plugins::TrustLevel> PluginParts::trust_in_home() const {
  auto levels = packages::installed_trust(surroundings_.configuration.home().root);
  if (levels) return std::move(*levels);
  surroundings_.logger.warning("no installed plugin is trusted: {}", levels.error().message);
  return {};
}

std::string PluginParts::config_of(const plugins::Manifest& manifest) const {
  return plugin_config(surroundings_.configuration.current(), manifest);
}

std::string PluginParts::gateway_config_of(const std::string& plugin_id) const {
  return gateway_config(surroundings_.configuration, *set_, plugin_id);
}

void PluginParts::tell_configuration() {
  for (const auto* record : set_->list()) {
    const auto& id = record->manifest->id;
    if (!record->instance || record->manifest->runtime != plugins::Runtime::node) continue;
    hosts_->tell_configuration(id, config_of(*record->manifest), gateway_config_of(id));
  }
}

Result<void> PluginParts::check_address(const net::EgressAddress& to) const {
  const auto* record = set_ ? set_->find(to.caller) : nullptr;
  if (!record || to.is_proxy || net::is_public_address(to.ip)) return {};
  const auto& network = record->manifest->permissions.network;
  if (std::ranges::find(network, "*") == network.end()) return {};
  return fail(ErrorCode::denied, "plugin {} may reach public addresses only, and {} is {}", to.caller, to.host, to.ip);
}

void PluginParts::end() {
  set_->stop_all();
  set_.reset();
  surroundings_.loop.drain(kHostsEndWithin);
  hosts_.reset();
}

}  // namespace chela::app
