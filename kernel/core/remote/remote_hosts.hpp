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
  std::vector<std::string> plugins;
  long process_id = 0;
  std::size_t memory_bytes = 0;
  Duration cpu_time{};
  Duration up_time{};
  std::size_t crashes = 0;
};

class RemoteHosts final : public plugins::Elsewhere {
 public:
  RemoteHosts(plugins::HostEnvironment environment, HostPrograms programs);
  RemoteHosts(const RemoteHosts&) = delete;
  RemoteHosts& operator=(const RemoteHosts&) = delete;
  ~RemoteHosts() override;

  Task<Result<std::shared_ptr<plugins::Instance>>> start(plugins::RemoteStart request) override;

  std::vector<HostUsage> usage() const;
  // Tells a running plugin for Node that the configuration is another one: its own slice and the gateway's, JSON
  // objects. Nothing happens when it does not run.
  void tell_configuration(const std::string& plugin_id, std::string config, std::string gateway_config);
  // What its plugins may ask of the gateway; to be filled before the first of them starts.
  HostRequests& requests() { return requests_; }

 private:
  struct Host;
  Host& host_for(const plugins::RemoteStart& request);
  Task<Result<std::shared_ptr<HostProcess>>> process_of(Host& host, const plugins::RemoteStart& request);
  void gone(Host& host, std::string reason);

  plugins::HostEnvironment environment_;
  HostPrograms programs_;
  HostRequests requests_;
  std::optional<cage::CgroupPlace> cgroups_;  // looked for when the first process starts
  std::map<std::string, std::unique_ptr<Host>> hosts_;  // by group
};

}  // namespace chela::remote
