#include "kernel/core/remote/remote_hosts.hpp"

#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/remote/remote_instance.hpp"
#include "kernel/core/protocol/plugin.hpp"

namespace chela::remote {

// The plugins of one group and the process they share, while it runs.
struct RemoteHosts::Host {
  std::string group;
  std::shared_ptr<HostProcess> process;
  CrashRecord crashes;
  std::map<std::string, std::move_only_function<void(plugins::Lost)>> plugins;  // who is told of its end, by id
};

namespace {

// Longer waits are not worth holding a call for.
constexpr auto kWaitMax = std::chrono::seconds(3);
constexpr auto kStartTimeout = std::chrono::seconds(30);

protocol::PluginStartParams start_params(const plugins::RemoteStart& request) {
  const auto& manifest = *request.manifest;
  return {.plugin = manifest.id,
          .version = manifest.version,
          .directory = manifest.directory.string(),
          .entry = manifest.library.string(),
          .manifest = *manifest.text,
          .config = request.config,
          .gateway_config = request.gateway_config,
          .timeout_ms = static_cast<std::uint64_t>(std::chrono::milliseconds(kStartTimeout).count())};
}

}  // namespace

RemoteHosts::RemoteHosts(plugins::HostEnvironment environment, HostPrograms programs)
    : environment_(std::move(environment)), programs_(std::move(programs)) {}

RemoteHosts::~RemoteHosts() = default;

RemoteHosts::Host& RemoteHosts::host_for(const plugins::RemoteStart& request) {
  auto& host = hosts_[request.manifest->id];  // a native plugin shares its process with nobody
  if (!host) host = std::make_unique<Host>(Host{.group = request.manifest->id});
  return *host;
}

Task<Result<std::shared_ptr<plugins::Instance>>> RemoteHosts::start(plugins::RemoteStart request) {
  Host& host = host_for(request);
  CHELA_CO_TRY(auto process, co_await process_of(host, request));
  // There before the start: what the plugin logs or asks for while it starts is its own already.
  auto instance = std::make_shared<RemoteInstance>(request.manifest, process, environment_);
  auto calling = process->peer().call(std::string(protocol::kPluginStart), to_json(start_params(request)),
                                      {.timeout = kStartTimeout});
  auto answer = co_await std::move(calling);
  if (!answer) {
    instance->stop();
    if (host.process == process && !process->serves_anyone()) host.process = nullptr;
    co_return std::unexpected(std::move(answer.error()));
  }
  if (request.manifest->runtime == plugins::Runtime::node) {
    instance->take_registrations(*answer);
    instance->on_registered(std::move(request.on_registered));
  }
  host.plugins.insert_or_assign(request.manifest->id, std::move(request.on_lost));
  co_return instance;
}

Task<Result<std::shared_ptr<HostProcess>>> RemoteHosts::process_of(Host& host, const plugins::RemoteStart& request) {
  if (host.process && host.process->peer().is_open()) co_return host.process;
  if (host.crashes.quarantined()) {
    co_return fail(ErrorCode::denied, "in quarantine after {} crashes; look at its log, mend or update it, and start the gateway again",
                   host.crashes.crashes());
  }
  auto& loop = environment_.loop;
  if (host.crashes.may_start_at() > loop.now() + kWaitMax) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(host.crashes.may_start_at() - loop.now()).count();
    co_return fail(ErrorCode::unavailable, "it has crashed and is started again in {} s at the earliest", seconds);
  }
  if (host.crashes.may_start_at() > loop.now()) {
    CHELA_CO_CHECK(co_await sleep_until(loop, host.crashes.may_start_at(), loop.shutdown_token()));
  }
  auto begun = loop.now();
  CHELA_CO_TRY(auto program, host_program(programs_, *request.manifest, request.isolation));
  if (!cgroups_) cgroups_ = cage::prepare_cgroups();
  program.cgroups = *cgroups_;
  auto launching = HostProcess::launch(loop, environment_.logger, std::move(program), requests_);
  auto process = co_await std::move(launching);
  if (!process) {
    if (process.error().code == ErrorCode::unavailable) host.crashes.crashed(begun, loop.now());
    co_return std::unexpected(std::move(process.error()));
  }
  host.process = std::move(*process);
  host.process->on_gone([this, &host](std::string reason) { gone(host, std::move(reason)); });
  co_return host.process;
}

void RemoteHosts::gone(Host& host, std::string reason) {
  auto process = std::exchange(host.process, nullptr);
  host.crashes.crashed(process->started_at(), environment_.loop.now());
  bool quarantined = host.crashes.quarantined();
  if (quarantined) reason += "; it is in quarantine after too many crashes";
  for (auto& [id, on_lost] : std::exchange(host.plugins, {})) on_lost({reason, quarantined});
}

void RemoteHosts::tell_configuration(const std::string& plugin_id, std::string config, std::string gateway_config) {
  for (const auto& [group, host] : hosts_) {
    if (!host->process || !host->plugins.contains(plugin_id)) continue;
    auto told = host->process->peer().notify(
        protocol::kPluginConfigChanged,
        to_json(protocol::PluginConfigChangedParams{
            .plugin = plugin_id, .config = std::move(config), .gateway_config = std::move(gateway_config)}));
    if (!told) environment_.logger.warning("plugin {}: plugin.configChanged: {}", plugin_id, told.error().message);
    return;
  }
}

std::vector<HostUsage> RemoteHosts::usage() const {
  std::vector<HostUsage> out;
  for (const auto& [group, host] : hosts_) {
    HostUsage usage{.label = group, .crashes = host->crashes.crashes()};
    for (const auto& [id, on_lost] : host->plugins) usage.plugins.push_back(id);
    if (host->process && host->process->child()) {
      usage.label = host->process->program().label;
      usage.up_time = environment_.loop.now() - host->process->started_at();
      auto used = host->process->child()->usage();
      usage.process_id = host->process->child()->pid();
      usage.memory_bytes = used.memory_bytes;
      usage.cpu_time = used.cpu_time;
    }
    out.push_back(std::move(usage));
  }
  return out;
}

}  // namespace chela::remote
