#include "kernel/core/remote/remote_instance.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "chela/ext/capability.h"
#include "chela/ext/http_route.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/log.h"
#include "chela/ext/provider.h"
#include "chela/ext/service.h"
#include "chela/ext/tool.h"
#include "kernel/core/base/json.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/capability_kinds.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_capability.hpp"
#include "kernel/core/remote/remote_channel.hpp"
#include "kernel/core/remote/remote_command.hpp"
#include "kernel/core/remote/remote_gateway_method.hpp"
#include "kernel/core/remote/remote_hook.hpp"
#include "kernel/core/remote/remote_http.hpp"
#include "kernel/core/remote/remote_http_route.hpp"
#include "kernel/core/remote/remote_provider.hpp"
#include "kernel/core/remote/remote_service.hpp"
#include "kernel/core/remote/remote_tool.hpp"

namespace chela::remote {
namespace {

// What a plugin elsewhere can offer, with the kind of the capabilities behind it.
struct Offered {
  std::string_view extension;
  std::string_view kind;
  const void* table;
};
constexpr Offered kOffered[] = {
    {CHELA_EXT_CHANNEL, "channel", &kRemoteChannel},
    {CHELA_EXT_COMMAND, "command", &kRemoteCommand},
    {CHELA_EXT_GATEWAY_METHOD, "gateway_method", &kRemoteGatewayMethod},
    {CHELA_EXT_HOOK, "hook", &kRemoteHook},
    {CHELA_EXT_PROVIDER, "provider", &kRemoteProvider},
    {CHELA_EXT_TOOL, "tool", &kRemoteTool},
    {CHELA_EXT_HTTP_ROUTE, "http_route", &kRemoteHttpRoute},
    {CHELA_EXT_SERVICE, "service", &kRemoteService},
    {CHELA_EXT_CAPABILITY, "", &kRemoteCapability},  // of many kinds
};

const void* get_extension(const chela_plugin* plugin, chela_str id) {
  const auto& instance = RemoteInstance::of(plugin);
  auto declares = [&](std::string_view kind) {
    auto is_kind = [&](const auto& one) {
      return kind.empty() ? plugins::is_called_by_path(one.kind) : one.kind == kind;
    };
    const auto* registered = instance.registrations();
    return std::ranges::any_of(instance.manifest().provides, is_kind) ||
           (registered && std::ranges::any_of(*registered, is_kind));
  };
  auto name = plugins::from_abi(id);
  for (const auto& offered : kOffered) {
    if (name == offered.extension && declares(offered.kind)) return offered.table;
  }
  return nullptr;
}

}  // namespace

RemoteInstance::RemoteInstance(std::shared_ptr<const plugins::Manifest> manifest, std::shared_ptr<HostProcess> process,
                               const plugins::HostEnvironment& environment)
    : Instance(std::move(manifest)),
      table_{sizeof(chela_plugin), this, &get_extension, nullptr, nullptr, nullptr, nullptr},
      process_(std::move(process)),
      environment_(environment),
      services_(*manifest_, environment) {
  plugin_ = &table_;
  services_.open();
  process_->attach(*this);
}

RemoteInstance::~RemoteInstance() { stop(); }

void RemoteInstance::stop() {
  if (std::exchange(stopped_, true)) return;
  calls_->cancel_all();
  services_.close();
  process_->detach(*this);
}

void RemoteInstance::started(std::move_only_function<void(plugins::Lost)> on_lost) {
  started_ = true;
  on_lost_ = std::move(on_lost);
}

void RemoteInstance::lost(plugins::Lost what) {
  if (stopped_) return;
  if (auto told = std::exchange(on_lost_, nullptr)) told(std::move(what));
}

void RemoteInstance::spawn(Task<Result<void>> call) {
  environment_.loop.spawn("a call of plugin " + manifest_->id, std::move(call));
}

void RemoteInstance::watch_for(std::string name, std::function<void()> gone) {
  const std::scoped_lock lock(watchers_mutex_);
  watchers_.erase(name);
  if (gone) watchers_.emplace(std::move(name), std::move(gone));
}

void RemoteInstance::on_process_gone() {
  std::map<std::string, std::function<void()>> watchers;
  {
    const std::scoped_lock lock(watchers_mutex_);
    watchers = std::exchange(watchers_, {});
  }
  for (const auto& [name, gone] : watchers) gone();
}

void RemoteInstance::take_registrations(std::string_view message) {
  auto said = object_of(message);
  std::vector<std::string> problems;
  bool first = !registrations_;
  registrations_ = plugins::read_registrations(said.value("registrations", nlohmann::json::array()).dump(), problems);
  for (const auto& problem : problems) environment_.logger.warning("plugin {}: {}", manifest_->id, problem);
  for (const auto& diagnostic : said.value("diagnostics", nlohmann::json::array())) {
    environment_.logger.warning("plugin {}: {} ({})", manifest_->id, text_of(diagnostic, "message"),
                                text_of(diagnostic, "code"));
  }
  if (!first && on_registered_) on_registered_();
}

std::string RemoteInstance::key_of(std::string_view kind, std::string_view id) const {
  if (!registrations_) return std::string(id);  // what a native plugin provides is known by its ids
  auto found = std::ranges::find_if(*registrations_,
                                    [&](const plugins::Registration& r) { return r.kind == kind && r.id == id; });
  return found == registrations_->end() ? std::string(id) : found->key;
}

void RemoteInstance::send_http(const protocol::HttpSendParams& params, rpc::Request request) {
  relay_http(environment_.loop, services_.host(), params, std::move(request));
}

void RemoteInstance::on_log(std::string_view level, std::string_view line) {
  const auto* log = static_cast<const chela_host_log*>(
      services_.host()->get_service(services_.host(), plugins::to_abi(CHELA_EXT_LOG)));
  constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};
  auto found = std::ranges::find(kLevels, level);
  log->write(services_.host(), static_cast<chela_log_level>(found - std::begin(kLevels)), plugins::to_abi(line));
}

const void* RemoteInstance::find_extension(std::string_view id) const {
  return get_extension(plugin_, plugins::to_abi(id));
}

}  // namespace chela::remote
