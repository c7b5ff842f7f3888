#pragma once

// Where a plugin's code runs, and how a plugin set reaches what runs in other processes.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

// in_process: full trust. process: a process of its own, which a crash or a hang ends alone, with the gateway's
// rights. sandbox: that, in a cage made from the manifest's permissions.
enum class Isolation { in_process, process, sandbox };

std::optional<Isolation> parse_isolation(std::string_view text);  // the names of the configuration
std::string_view name_of(Isolation isolation);

// What became of a plugin in another process that ended unasked.
struct Lost {
  std::string reason;
  bool quarantined = false;  // too many crashes: it is not started again by itself
};

struct RemoteStart {
  std::shared_ptr<const Manifest> manifest;
  Isolation isolation = Isolation::sandbox;
  std::string config;  // JSON object
  // The gateway's configuration as this plugin may see it, a JSON object; empty where nobody offers it.
  std::string gateway_config = {};
  bool open_sockets = false;  // the operator lets it open sockets of its own in a sandbox (plugins for Node)
  // Whether others that are as trusted may run in the same process: those in `companions`, itself the first.
  bool shared = false;
  std::vector<std::shared_ptr<const Manifest>> companions = {};
  // At most once, after the start has succeeded; not after stop() of the instance.
  std::move_only_function<void(Lost)> on_lost;
  // The instance's registrations have changed since the start.
  std::move_only_function<void()> on_registered;
};

// Starts plugins in other processes. Implemented by kernel/core/remote. Loop thread.
class Elsewhere {
 public:
  virtual ~Elsewhere() = default;
  // Loaded, configured and started when it succeeds. Error `unavailable`: later may work (the process died, or waits
  // to be started again); every other error is final until the configuration changes.
  virtual Task<Result<std::shared_ptr<Instance>>> start(RemoteStart request) = 0;
  // The operator wants the plugin started again whatever it did: it is in quarantine no more.
  virtual void forgive(const std::string& plugin_id) = 0;
};

}  // namespace chela::plugins
