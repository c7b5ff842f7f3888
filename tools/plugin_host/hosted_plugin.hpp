#pragma once

// The plugin that this process runs. Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"
#include "kernel/core/plugins/local_instance.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/runtime/capabilities/service_run.hpp"
#include "kernel/runtime/tools/catalog.hpp"

namespace chela::plugin_host {

// Why a plugin does not run, for data.diagnostics of the answer.
struct StartFailure {
  Error error;
  std::vector<plugins::Diagnostic> diagnostics;
};

class HostedPlugin {
 public:
  // Loads, checks, configures and starts. What `environment` names outlives the plugin. A failure leaves nothing behind
  // but the library, which stays mapped.
  // `on_hang` is called once, when too many calls that were answered for do not end.
  static Task<std::expected<std::shared_ptr<HostedPlugin>, StartFailure>> start(plugins::HostEnvironment environment,
                                                                                protocol::PluginStartParams params,
                                                                                std::function<void()> on_hang);
  HostedPlugin(const HostedPlugin&) = delete;
  HostedPlugin& operator=(const HostedPlugin&) = delete;
  ~HostedPlugin() { stop(); }

  // Ends its services, then stop().
  static Task<Result<void>> end(std::shared_ptr<HostedPlugin> plugin);
  // Cancels its open calls, and stops it.
  void stop();

  const std::string& id() const { return instance_->manifest().id; }
  const std::shared_ptr<plugins::Instance>& instance() const { return instance_; }
  plugins::LeftoverCall next_call() const;
  const std::shared_ptr<plugins::LeftoverCalls>& leftover_calls() const { return leftover_; }
  CancelToken stopping() const { return stopping_.token(); }
  std::shared_ptr<const runtime::Tool> find_tool(std::string_view key) const;
  bool has_provider(std::string_view key) const;
  // Tools by their names, everything else by its id.
  std::vector<protocol::PluginRegistration> registrations() const;

 private:
  HostedPlugin(std::shared_ptr<plugins::Instance> instance, std::shared_ptr<plugins::LeftoverCalls> leftover);
  void begin_services(const plugins::HostEnvironment& environment);

  std::shared_ptr<plugins::Instance> instance_;
  std::shared_ptr<plugins::LeftoverCalls> leftover_;
  std::map<std::string, std::shared_ptr<const runtime::Tool>, std::less<>> tools_;
  std::vector<std::unique_ptr<runtime::ServiceRun>> services_;
  CancelSource stopping_;
};

}  // namespace chela::plugin_host
