#pragma once

// A plugin in a host process, behind the C ABI that its consumers know: its functions send messages. Loop thread only.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/host_services.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/isolation.hpp"
#include "kernel/core/remote/open_calls.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::protocol {
struct HttpSendParams;
}

namespace chela::remote {

class HostProcess;

class RemoteInstance final : public plugins::Instance {
 public:
  // Of a plugin that `process` has started.
  RemoteInstance(std::shared_ptr<const plugins::Manifest> manifest, std::shared_ptr<HostProcess> process,
                 const plugins::HostEnvironment& environment);
  ~RemoteInstance() override;

  void stop() override;
  bool is_remote() const override { return true; }
  const plugins::Registrations* registrations() const override { return registrations_ ? &*registrations_ : nullptr; }
  // The registrations and diagnostics in an answer of plugin.start, or in plugin.registered. What is unusable is left
  // out and logged. `changed` is called for each list but the first.
  void take_registrations(std::string_view message);
  // plugin.start has succeeded. `on_lost` is called when its process goes, unless it was stopped before, and may destroy
  // the instance.
  void started(std::move_only_function<void(plugins::Lost)> on_lost);
  void lost(plugins::Lost what);
  bool is_busy() const { return !started_ || calls_->any(); }  // being started, or with open calls
  void on_registered(std::move_only_function<void()> changed) { on_registered_ = std::move(changed); }
  // What the host process knows a capability by.
  std::string key_of(std::string_view kind, std::string_view id) const;

  static RemoteInstance& of(const chela_plugin* plugin) { return *static_cast<RemoteInstance*>(plugin->self); }

  std::shared_ptr<HostProcess> process() const { return process_; }
  const log::Logger& logger() const { return environment_.logger; }
  OpenCall open_call(std::uint64_t id) { return {calls_, id}; }
  void cancel(std::uint64_t id) { calls_->cancel(id); }
  void resume(std::uint64_t id) { calls_->resume(id); }
  // `gone` is called when the process has ended unasked, once; null: nobody asks for `name` any more. Any thread.
  void watch_for(std::string name, std::function<void()> gone);
  void on_process_gone();  // from the process
  void spawn(Task<Result<void>> call);

  // What the plugin asks of the kernel.
  void send_http(const protocol::HttpSendParams& params, rpc::Request request);
  void on_log(std::string_view level, std::string_view line);

 private:
  const void* find_extension(std::string_view id) const override;

  chela_plugin table_;
  std::shared_ptr<HostProcess> process_;
  plugins::HostEnvironment environment_;
  plugins::HostServices services_;
  std::shared_ptr<OpenCalls> calls_ = std::make_shared<OpenCalls>();
  std::mutex watchers_mutex_;  // guards the next
  std::map<std::string, std::function<void()>> watchers_;
  std::optional<plugins::Registrations> registrations_;
  std::move_only_function<void()> on_registered_;
  std::move_only_function<void(plugins::Lost)> on_lost_;
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace chela::remote
