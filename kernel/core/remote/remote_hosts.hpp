#pragma once

// Which process a plugin runs in, and bringing it up there. Loop thread only.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/plugins/host_services.hpp"
#include "kernel/core/plugins/isolation.hpp"
#include "kernel/core/remote/crash_record.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/host_program.hpp"
#include "kernel/core/remote/host_requests.hpp"

namespace chela::remote {

// What `chela plugins top` shows of one host process.
struct HostUsage {
  std::string label;
  std::string group;
  std::vector<std::string> plugins;
  long process_id = 0;
  std::size_t memory_bytes = 0;
  Duration cpu_time{};
  Duration up_time{};
  std::size_t crashes = 0;  // that its plugins were blamed for, in this process or an earlier one
};

class RemoteHosts final : public plugins::Elsewhere {
 public:
  RemoteHosts(plugins::HostEnvironment environment, HostPrograms programs);
  RemoteHosts(const RemoteHosts&) = delete;
  RemoteHosts& operator=(const RemoteHosts&) = delete;
  ~RemoteHosts() override;

  Task<Result<std::shared_ptr<plugins::Instance>>> start(plugins::RemoteStart request) override;

  // The operator has changed his mind about the plugin: it is in quarantine no more, and starts without waiting.
  void forgive(const std::string& plugin_id) override;

  std::vector<HostUsage> usage() const;  // of the processes that run
  std::size_t crashes_of(const std::string& plugin_id) const;
  // Tells a running plugin for Node that the configuration is another one: its own slice and the gateway's, JSON
  // objects. Nothing happens when it does not run.
  void tell_configuration(const std::string& plugin_id, std::string config, std::string gateway_config);
  // What its plugins may ask of the gateway; to be filled before the first of them starts.
  HostRequests& requests() { return requests_; }

 private:
  struct Host;
  using HostPtr = std::shared_ptr<Host>;
  // A process that has run a plugin keeps the code it has read, and a cage shows what was there when it was made.
  HostPtr find_host(const std::string& group, const plugins::RemoteStart& request) const;
  Task<Result<HostPtr>> host_for(plugins::RemoteStart& request);
  Task<Result<HostPtr>> launch(const std::string& group, const plugins::RemoteStart& request);
  Task<Result<void>> wait_after_crash(std::string plugin_id);
  void blame(const std::string& plugin_id, TimePoint started);
  void gone(Host& host, HostProcess::Gone gone);

  plugins::HostEnvironment environment_;
  HostPrograms programs_;
  HostRequests requests_;
  std::optional<cage::CgroupPlace> cgroups_;  // looked for when the first process starts
  std::vector<HostPtr> hosts_;                // in order of start
  std::map<std::string, CrashRecord> crashes_;  // by plugin
  std::map<std::string, std::vector<std::shared_ptr<Completion<bool>>>> launching_;  // by group: who waits
};

}  // namespace chela::remote
