#pragma once

// Brings a changed configuration to the parts that run. Loop thread only.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/app/channel_parts.hpp"
#include "kernel/app/effective_config.hpp"
#include "kernel/app/skill_parts.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/platform/file_watch.hpp"
#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"
#include "kernel/gateway/socket.hpp"

namespace chela::app {

// What a live change reaches; everything outlives the LiveReload.
struct LiveParts {
  gateway::Context& context;
  gateway::Service& service;
  gateway::SocketClients& sockets;
  ChannelParts* channels = nullptr;  // null: there are none
  SkillParts* skills = nullptr;      // likewise
  std::function<void()> plugins_changed = {};  // what the configuration says of them
};

// Access rules and limits as configured: for what comes from now on, and for turns and sockets that are open as far
// as they count while open.
void set_rules_and_limits(const EffectiveConfig& config, LiveParts& parts);

class LiveReload {
 public:
  // Watches the place of the file, which need not be there yet. A place that cannot be watched is logged.
  LiveReload(EffectiveConfig& config, log::Logger logger, LiveParts parts);
  LiveReload(const LiveReload&) = delete;
  LiveReload& operator=(const LiveReload&) = delete;

  // What the person should know of the file: why it is not taken in, and what in it needs a restart.
  const std::vector<std::string>& notices() const { return notices_; }

  // Takes in what the file says now, but for the plugins. An error: it is not taken in.
  Result<void> reload();

 private:
  void on_change();
  void apply(const std::vector<config::Change>& changes);
  void notice(std::string text);

  EffectiveConfig& config_;
  log::Logger logger_;
  LiveParts parts_;
  std::vector<std::string> notices_;
  std::unique_ptr<platform::FileWatch> watch_;
};

}  // namespace chela::app
