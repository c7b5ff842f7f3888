#include "tools/plugin_host/host.hpp"

#include <algorithm>
#include <utility>

#include "kernel/core/protocol/capability.hpp"
#include "kernel/core/protocol/command.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/core/protocol/host.hpp"
#include "kernel/core/protocol/http_route.hpp"
#include "kernel/core/protocol/provider.hpp"
#include "kernel/core/protocol/tool.hpp"
#include "kernel/core/protocol/version.hpp"
#include "tools/plugin_host/channel_calls.hpp"
#include "tools/plugin_host/command_calls.hpp"
#include "tools/plugin_host/capability_calls.hpp"
#include "tools/plugin_host/gateway_log.hpp"
#include "tools/plugin_host/hook_calls.hpp"
#include "tools/plugin_host/provider_calls.hpp"
#include "tools/plugin_host/route_calls.hpp"
#include "tools/plugin_host/tool_calls.hpp"

namespace chela::plugin_host {
namespace {

constexpr std::size_t kDiagnosticsMax = 256;

// Calls of a plugin's capabilities.
struct Called {
  std::string_view method;
  Task<Result<void>> (*run)(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request);
};
constexpr Called kCalls[] = {{protocol::kToolCall, &call_tool},
                             {protocol::kProviderComplete, &complete},
                             {protocol::kProviderListModels, &list_models},
                             {protocol::kCommandRun, &run_command},
                             {protocol::kGatewayMethodCall, &call_method},
                             {protocol::kHttpRouteHandle, &handle_route},
                             {protocol::kCapabilityInvoke, &invoke_capability}};

std::vector<protocol::PluginDiagnostic> to_protocol(const std::vector<plugins::Diagnostic>& diagnostics) {
  std::vector<protocol::PluginDiagnostic> out;
  for (const auto& found : diagnostics) {
    if (out.size() == kDiagnosticsMax) break;
    out.push_back({found.severity == plugins::Severity::error ? protocol::PluginDiagnosticSeverity::error
                                                              : protocol::PluginDiagnosticSeverity::warning,
                   std::string(plugins::name_of(found.code)), found.message,
                   found.path.empty() ? std::nullopt : std::optional(found.path)});
  }
  return out;
}

std::string diagnostics_data(const std::vector<plugins::Diagnostic>& diagnostics) {
  std::string out = R"({"diagnostics":[)";
  for (const auto& found : to_protocol(diagnostics)) {
    if (!out.ends_with('[')) out += ',';
    out += to_json(found);
  }
  return out + "]}";
}

}  // namespace

Host::Host(Loop& loop, std::string token) : loop_(loop), peer_(loop, *this), egress_(loop, peer_), token_(std::move(token)) {}

Result<void> Host::open(int descriptor) { return peer_.open(descriptor); }

void Host::on_request(rpc::Request request) {
  const auto& method = request.method();
  if (method == protocol::kHostHello) return hello(std::move(request));
  if (!greeted_) return request.fail({ErrorCode::protocol, method + ": host.hello comes first"});
  if (method == protocol::kPluginStart) return loop_.spawn("plugin.start", start(*this, std::move(request)));
  if (method == protocol::kPluginStop) return stop(std::move(request));
  if (method == protocol::kHostShutdown) return shutdown(std::move(request));
  call(std::move(request));
}

void Host::hello(rpc::Request request) {
  if (greeted_) return request.fail({ErrorCode::protocol, "host.hello: it was said before"});
  auto params = protocol::read_host_hello_params(request.params());
  if (!params) return request.fail(params.error());
  if (params->protocol.major != protocol::kVersionMajor) {
    return request.fail({ErrorCode::unsupported, fmt::format("host.hello: this host speaks protocol {}, the gateway {}",
                                                             protocol::kVersionMajor, params->protocol.major)});
  }
  greeted_ = true;
  protocol::HostHelloResult result;
  result.protocol = {protocol::kVersionMajor, std::min(protocol::kVersionMinor, params->protocol.minor)};
  result.host = "chela-plugin-host " CHELA_VERSION;
  result.token = token_;
  request.answer(to_json(result));
}

plugins::HostEnvironment Host::environment_for(const std::string& plugin_id) {
  // The gateway redacts, and it knows which hosts a plugin may reach; here only the manifest is known.
  log::Logger logger(std::make_shared<GatewayLog>(loop_, peer_, plugin_id), redactor_);
  return {loop_, std::move(logger), egress_, [](std::string_view) { return true; },
          gateway_door(loop_, peer_)};
}

Task<Result<void>> Host::start(Host& self, rpc::Request request) {
  auto params = protocol::read_plugin_start_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  auto id = params->plugin;
  if (!self.plugins_.emplace(id, nullptr).second) {
    request.fail({ErrorCode::already_exists, fmt::format("starting {}: it runs already", id)});
    co_return Result<void>{};
  }
  // Later: it comes from inside the plugin's own bookkeeping.
  std::function<void()> on_hang = [&self, id] { self.loop_.post([&self, id] { self.give_up(id); }); };
  auto started = co_await HostedPlugin::start(self.environment_for(id), std::move(*params), std::move(on_hang));
  if (!started) {
    self.plugins_.erase(id);
    request.fail(started.error().error, diagnostics_data(started.error().diagnostics));
    co_return Result<void>{};
  }
  protocol::PluginStartResult result;
  result.registrations = (*started)->registrations();
  self.plugins_[id] = std::move(*started);
  request.answer(to_json(result));
  co_return Result<void>{};
}

void Host::give_up(const std::string& plugin_id) {
  protocol::PluginFailedParams params{plugin_id, "calls that were answered for do not end"};
  (void)peer_.notify(protocol::kPluginFailed, to_json(params));
  auto plugin = plugins_.extract(plugin_id);
  if (plugin && plugin.mapped()) loop_.spawn("ending " + plugin_id, HostedPlugin::end(plugin.mapped()));
}

Result<std::shared_ptr<HostedPlugin>> Host::find_plugin(const std::string& params) const {
  // Every request about a plugin names it; what else it must hold is looked at where it is known.
  CHELA_TRY(auto named, protocol::read_plugin_stop_params(params));
  auto found = plugins_.find(named.plugin);
  if (found == plugins_.end() || !found->second) {
    return fail(ErrorCode::not_found, "plugin {} does not run in this process", named.plugin);
  }
  return found->second;
}

void Host::stop(rpc::Request request) {
  auto plugin = find_plugin(request.params());
  if (!plugin) return request.fail(plugin.error());
  plugins_.erase((*plugin)->id());
  constexpr auto end = [](Loop& loop, std::shared_ptr<HostedPlugin> ending, rpc::Request asked) -> Task<Result<void>> {
    auto stopping = HostedPlugin::end(std::move(ending));
    auto stopped = co_await std::move(stopping);
    // Behind the ends of the plugin's open calls, which are on their way to the loop.
    loop.post([asked = std::move(asked)]() mutable { asked.answer(to_json(protocol::PluginStopResult())); });
    co_return stopped;
  };
  loop_.spawn("plugin.stop", end(loop_, std::move(*plugin), std::move(request)));
}

void Host::shutdown(rpc::Request request) {
  constexpr auto end = [](Host& self, rpc::Request asked) -> Task<Result<void>> {
    for (auto& [id, plugin] : std::exchange(self.plugins_, {})) {
      if (!plugin) continue;
      auto stopping = HostedPlugin::end(plugin);
      (void)co_await std::move(stopping);
    }
    asked.answer(to_json(protocol::HostShutdownResult()));
    self.peer_.close({ErrorCode::cancelled, "shut down"});
    co_return Result<void>{};
  };
  loop_.spawn("host.shutdown", end(*this, std::move(request)));
}

// It may name several plugins, since it is one message for all that a host process runs; here that is one.
void Host::run_hook(rpc::Request request) {
  auto params = protocol::read_hook_run_params(request.params());
  if (!params) return request.fail(params.error());
  auto named = [&](const auto& running) {
    return running.second && (!params->plugins || std::ranges::find(*params->plugins, running.first) != params->plugins->end());
  };
  auto found = std::ranges::find_if(plugins_, named);
  if (found == plugins_.end()) return request.answer(to_json(protocol::HookRunResult()));
  loop_.spawn("hook.run", plugin_host::run_hook(loop_, found->second, std::move(*params), std::move(request)));
}

void Host::call(rpc::Request request) {
  if (request.method() == protocol::kHookRun) return run_hook(std::move(request));
  if (is_channel_call(request.method())) {
    auto owner = find_plugin(request.params());
    if (!owner) return request.fail(owner.error());
    return loop_.spawn(request.method(), call_channel(loop_, std::move(*owner), std::move(request)));
  }
  auto called = std::ranges::find(kCalls, request.method(), &Called::method);
  if (called == std::end(kCalls)) {
    return request.fail({ErrorCode::unsupported, request.method() + ": a native plugin has no such method"});
  }
  auto plugin = find_plugin(request.params());
  if (!plugin) return request.fail(plugin.error());
  loop_.spawn(std::string(called->method), called->run(loop_, std::move(*plugin), std::move(request)));
}

void Host::on_closed(const Error& why) {
  exit_code_ = why.code == ErrorCode::protocol ? 2 : 0;
  loop_.stop();
}

}  // namespace chela::plugin_host
