#include "kernel/core/remote/remote_hosts.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

namespace fs = std::filesystem;

// Longer waits are not worth holding a call for.
constexpr auto kWaitMax = std::chrono::seconds(3);
constexpr auto kStartTimeout = std::chrono::seconds(30);

using FolderIdentity = std::pair<dev_t, ino_t>;

FolderIdentity identity_of(const fs::path& folder) {
  struct stat info{};
  return ::stat(folder.c_str(), &info) == 0 ? FolderIdentity(info.st_dev, info.st_ino) : FolderIdentity();
}

protocol::PluginStartParams start_params(const plugins::RemoteStart& request, const fs::path& state_directory) {
  const auto& manifest = *request.manifest;
  return {.plugin = manifest.id,
          .version = manifest.version,
          .directory = manifest.directory.string(),
          .entry = manifest.library.string(),
          .manifest = *manifest.text,
          .config = request.config,
          .gateway_config = request.gateway_config,
          .state_directory = state_directory.string(),
          .timeout_ms = static_cast<std::uint64_t>(std::chrono::milliseconds(kStartTimeout).count())};
}

}  // namespace

// One process, and what it has seen.
struct RemoteHosts::Host {
  std::string group;
  std::shared_ptr<HostProcess> process;
  std::set<std::string> started;              // every plugin that was ever started in it
  std::map<fs::path, FolderIdentity> folders;  // of plugins, as its cage shows them

  bool usable() const { return process->child() && !process->is_ending() && process->peer().is_open(); }
};

RemoteHosts::RemoteHosts(plugins::HostEnvironment environment, HostPrograms programs)
    : environment_(std::move(environment)), programs_(std::move(programs)) {}

RemoteHosts::~RemoteHosts() {
  for (const auto& host : hosts_) host->process->on_gone(nullptr);
}

Task<Result<std::shared_ptr<plugins::Instance>>> RemoteHosts::start(plugins::RemoteStart request) {
  const std::string id = request.manifest->id;
  std::erase_if(hosts_, [](const HostPtr& host) { return !host->process->child(); });
  CHELA_CO_CHECK(co_await wait_after_crash(id));
  auto finding = host_for(request);
  CHELA_CO_TRY(auto host, co_await std::move(finding));
  auto process = host->process;
  host->started.insert(id);
  // There before the start: what the plugin logs or asks for while it starts is its own already.
  auto instance = std::make_shared<RemoteInstance>(request.manifest, process, environment_);
  auto params = to_json(start_params(request, programs_.state_directory / id));
  auto calling = process->peer().call(std::string(protocol::kPluginStart), std::move(params), {.timeout = kStartTimeout});
  auto answer = co_await std::move(calling);
  if (!answer) {
    instance->stop();
    co_return std::unexpected(std::move(answer.error()));
  }
  instance->started(std::move(request.on_lost));
  if (request.manifest->runtime == plugins::Runtime::node) {
    instance->take_registrations(*answer);
    instance->on_registered(std::move(request.on_registered));
  }
  co_return instance;
}

Task<Result<void>> RemoteHosts::wait_after_crash(std::string plugin_id) {
  auto found = crashes_.find(plugin_id);
  if (found == crashes_.end()) co_return Result<void>();
  const CrashRecord& record = found->second;
  auto& loop = environment_.loop;
  if (record.quarantined()) {
    co_return fail(ErrorCode::denied,
                   "in quarantine after {} crashes; look at its log, mend or update it, and run `chela plugins restart {}`",
                   record.crashes(), plugin_id);
  }
  if (record.may_start_at() > loop.now() + kWaitMax) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(record.may_start_at() - loop.now()).count();
    co_return fail(ErrorCode::unavailable, "it has crashed and is started again in {} s at the earliest", seconds);
  }
  if (record.may_start_at() > loop.now()) {
    CHELA_CO_CHECK(co_await sleep_until(loop, record.may_start_at(), loop.shutdown_token()));
  }
  co_return Result<void>();
}

RemoteHosts::HostPtr RemoteHosts::find_host(const std::string& group, const plugins::RemoteStart& request) const {
  const auto& manifest = *request.manifest;
  const bool caged = request.isolation == plugins::Isolation::sandbox;
  for (const auto& host : hosts_ | std::views::reverse) {
    if (host->group != group || !host->usable() || host->started.contains(manifest.id)) continue;
    auto shown = host->folders.find(manifest.directory);
    if (!caged || (shown != host->folders.end() && shown->second == identity_of(manifest.directory))) return host;
  }
  return nullptr;
}

Task<Result<RemoteHosts::HostPtr>> RemoteHosts::host_for(plugins::RemoteStart& request) {
  const auto group = process_group(request);
  for (;;) {
    if (auto host = find_host(group, request)) co_return host;
    auto others = launching_.find(group);
    if (others == launching_.end()) break;
    auto launched = others->second.emplace_back(std::make_shared<Completion<bool>>());
    co_await launched->wait();
  }
  // Ends however this task ends.
  struct Turn {
    decltype(launching_)& all;
    const std::string& group;
    ~Turn() {
      auto waiters = std::move(all.extract(group).mapped());
      for (const auto& waiter : waiters) waiter->set(true);
    }
  };
  launching_.try_emplace(group);
  Turn turn{launching_, group};
  co_return co_await launch(group, request);
}

Task<Result<RemoteHosts::HostPtr>> RemoteHosts::launch(const std::string& group, const plugins::RemoteStart& request) {
  auto& loop = environment_.loop;
  auto begun = loop.now();
  CHELA_CO_TRY(auto program, host_program(programs_, request));
  if (!cgroups_) cgroups_ = cage::prepare_cgroups();
  program.cgroups = *cgroups_;
  auto host = std::make_shared<Host>(Host{.group = group});
  for (const auto& folder : program.cage.read_only) host->folders.emplace(folder, identity_of(folder));
  auto launching = HostProcess::launch(loop, environment_.logger, std::move(program), requests_);
  auto process = co_await std::move(launching);
  if (!process) {
    if (process.error().code == ErrorCode::unavailable) blame(request.manifest->id, begun);
    co_return std::unexpected(std::move(process.error()));
  }
  host->process = std::move(*process);
  host->process->on_gone([this, &host = *host](HostProcess::Gone what) { gone(host, std::move(what)); });
  hosts_.push_back(host);
  co_return host;
}

void RemoteHosts::blame(const std::string& plugin_id, TimePoint started) {
  crashes_[plugin_id].crashed(started, environment_.loop.now());
}

// A crash hits everybody in the process; it counts against those who may have caused it, and where nothing is known
// against all.
void RemoteHosts::gone(Host& host, HostProcess::Gone what) {
  auto keep = std::ranges::find(hosts_, &host, [](const HostPtr& one) { return one.get(); });
  auto self = keep == hosts_.end() ? nullptr : *keep;
  if (self) hosts_.erase(keep);
  auto process = host.process;
  auto hit = process->plugins();
  for (const auto& id : what.suspects.empty() ? hit : what.suspects) blame(id, process->started_at());
  for (const auto& id : hit) {
    auto record = crashes_.find(id);
    plugins::Lost lost{what.reason, record != crashes_.end() && record->second.quarantined()};
    if (lost.quarantined) lost.reason += "; it is in quarantine after too many crashes";
    if (auto* instance = process->find(id)) instance->lost(std::move(lost));
  }
}

void RemoteHosts::forgive(const std::string& plugin_id) {
  if (auto found = crashes_.find(plugin_id); found != crashes_.end()) found->second.forgive();
}

std::size_t RemoteHosts::crashes_of(const std::string& plugin_id) const {
  auto found = crashes_.find(plugin_id);
  return found == crashes_.end() ? 0 : found->second.crashes();
}

void RemoteHosts::tell_configuration(const std::string& plugin_id, std::string config, std::string gateway_config) {
  for (const auto& host : hosts_ | std::views::reverse) {
    if (!host->usable() || !host->process->find(plugin_id)) continue;
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
  for (const auto& host : hosts_) {
    const auto* child = host->process->child();
    if (!child) continue;
    auto used = child->usage();
    HostUsage usage{.label = host->process->program().label,
                    .group = host->group,
                    .plugins = host->process->plugins(),
                    .process_id = child->pid(),
                    .memory_bytes = used.memory_bytes,
                    .cpu_time = used.cpu_time,
                    .up_time = environment_.loop.now() - host->process->started_at()};
    for (const auto& id : usage.plugins) usage.crashes += crashes_of(id);
    out.push_back(std::move(usage));
  }
  return out;
}

}  // namespace chela::remote
