#pragma once

// The services of all plugins: begun once the gateway has started, ended before it does. A plugin that has one and is
// used is started for it. Loop thread only.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/capabilities/service_run.hpp"

namespace chela::runtime {

class Services {
 public:
  static constexpr Duration kStopTime = std::chrono::seconds(5);

  // Both outlive it.
  Services(Loop& loop, log::Logger logger, plugins::PluginSet& plugins);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // Begins what the registry knows, and from then on what it learns of. Once.
  void start();
  // Ends all of them, side by side, within kStopTime; who is late is named in the log.
  Task<Result<void>> stop();
  std::vector<ServiceHealth> health() const;

 private:
  void look();

  Loop& loop_;
  log::Logger logger_;
  plugins::PluginSet& plugins_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<ServiceRun>> runs_;  // by plugin and service
  std::shared_ptr<bool> on_ = std::make_shared<bool>(true);  // gone once it is stopped
};

}  // namespace chela::runtime
