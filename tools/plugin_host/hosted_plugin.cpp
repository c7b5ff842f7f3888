#include "tools/plugin_host/hosted_plugin.hpp"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/capability_check.hpp"
#include "kernel/core/plugins/door.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::plugin_host {
namespace {

using Door = std::expected<const chela_entry*, plugins::DoorError>;

StartFailure refused(const std::string& plugin_id, plugins::DiagnosticCode code, Error error) {
  auto message = error.message;
  return {std::move(error), {{plugins::Severity::error, code, plugin_id, std::move(message), {}}}};
}

Result<plugins::Manifest> manifest_of(const protocol::PluginStartParams& params) {
  std::filesystem::path directory(params.directory);
  CHELA_TRY(auto manifest, params.manifest.empty() ? plugins::read_manifest(directory / plugins::kManifestName)
                                                   : plugins::parse_manifest(params.manifest, directory));
  if (manifest.id != params.plugin) {
    return fail(ErrorCode::invalid_argument, "starting {}: the manifest is that of {}", params.plugin, manifest.id);
  }
  manifest.library = params.entry;
  return manifest;
}

// Blocks: worker thread.
Door open(const plugins::Manifest& manifest) {
  if (auto checked = plugins::check_library(manifest); !checked) return std::unexpected(std::move(checked.error()));
  return plugins::open_door(manifest);
}

constexpr auto kServiceStopTime = std::chrono::seconds(4);  // the gateway waits a second longer

Task<Result<std::shared_ptr<plugins::Instance>>> that_one(std::shared_ptr<plugins::Instance> instance) {
  co_return instance;
}

}  // namespace

Task<std::expected<std::shared_ptr<HostedPlugin>, StartFailure>> HostedPlugin::start(
    plugins::HostEnvironment environment, protocol::PluginStartParams params, std::function<void()> on_hang) {
  using Code = plugins::DiagnosticCode;
  auto read = manifest_of(params);
  if (!read) co_return std::unexpected(refused(params.plugin, Code::invalid_manifest, std::move(read.error())));
  auto manifest = std::make_shared<const plugins::Manifest>(std::move(*read));
  auto opening = run_blocking<Door>(environment.loop, [manifest]() -> Result<Door> { return open(*manifest); });
  auto opened = co_await std::move(opening);
  if (!opened) co_return std::unexpected(refused(params.plugin, Code::load_failed, std::move(opened.error())));
  const auto& door = *opened;
  if (!door) {
    Error error{ErrorCode::unavailable, fmt::format("loading {}: {}", params.plugin, door.error().message)};
    co_return std::unexpected(refused(params.plugin, door.error().code, std::move(error)));
  }
  auto instance = plugins::LocalInstance::create(**door, manifest, environment);
  if (!instance) co_return std::unexpected(refused(params.plugin, Code::create_failed, std::move(instance.error())));
  if (auto done = (*instance)->configure(params.config); !done) {
    co_return std::unexpected(refused(params.plugin, Code::configure_failed, std::move(done.error())));
  }
  if (auto done = (*instance)->start(); !done) {
    co_return std::unexpected(refused(params.plugin, Code::start_failed, std::move(done.error())));
  }
  if (auto problems = plugins::check_capabilities(**instance); !problems.empty()) {
    Error error{ErrorCode::invalid_argument, fmt::format("starting {}: {}", params.plugin, problems.front().message)};
    co_return std::unexpected(StartFailure{std::move(error), std::move(problems)});
  }
  auto leftover = std::make_shared<plugins::LeftoverCalls>(environment.loop.timers(), std::move(on_hang));
  std::shared_ptr<HostedPlugin> hosted(new HostedPlugin(std::move(*instance), std::move(leftover)));
  hosted->begin_services(environment);
  co_return hosted;
}

HostedPlugin::HostedPlugin(std::shared_ptr<plugins::Instance> instance, std::shared_ptr<plugins::LeftoverCalls> leftover)
    : instance_(std::move(instance)), leftover_(std::move(leftover)) {
  for (const auto& provision : instance_->manifest().provides) {
    if (provision.kind != "tool") continue;
    for (const auto& declared : (*provision.descriptor)["tools"]) {
      auto tool = std::make_shared<runtime::Tool>();
      tool->name = declared["name"].get<std::string>();
      tool->plugin_id = id();
      tool->blocking = declared.value("blocking", false);
      tools_.emplace(tool->name, std::move(tool));
    }
  }
}

plugins::LeftoverCall HostedPlugin::next_call() const { return {leftover_, runtime::next_call_id()}; }

// They begin and end with the plugin, as those of plugins for Node do.
void HostedPlugin::begin_services(const plugins::HostEnvironment& environment) {
  for (const auto& provision : instance_->manifest().provides) {
    if (provision.kind != "service") continue;
    auto instances = [instance = instance_] { return that_one(instance); };
    services_.push_back(std::make_unique<runtime::ServiceRun>(environment.loop, environment.logger, id(), provision.id,
                                                              std::move(instances)));
    services_.back()->start();
  }
}

Task<Result<void>> HostedPlugin::end(std::shared_ptr<HostedPlugin> plugin) {
  for (auto& service : plugin->services_) service->ask_to_stop();
  for (auto& service : plugin->services_) {
    auto stopping = service->stop(kServiceStopTime);
    (void)co_await std::move(stopping);
  }
  plugin->stop();
  co_return Result<void>{};
}

void HostedPlugin::stop() {
  stopping_.cancel();
  instance_->stop();
}

std::shared_ptr<const runtime::Tool> HostedPlugin::find_tool(std::string_view key) const {
  auto found = tools_.find(key);
  return found == tools_.end() ? nullptr : found->second;
}

bool HostedPlugin::has_provider(std::string_view key) const {
  return std::ranges::any_of(instance_->manifest().provides, [&](const plugins::Provision& provision) {
    return provision.kind == "provider" && provision.id == key;
  });
}

std::vector<protocol::PluginRegistration> HostedPlugin::registrations() const {
  std::vector<protocol::PluginRegistration> out;
  for (const auto& [name, tool] : tools_) out.push_back({"tool", name, name, {}});
  for (const auto& provision : instance_->manifest().provides) {
    if (provision.kind != "tool") out.push_back({provision.kind, provision.id, provision.id, {}});
  }
  return out;
}

}  // namespace chela::plugin_host
