#pragma once

// One service of a plugin (chela.service/1): begun, watched, begun again with back-off when it fails, ended. Loop thread
// only; the plugin reports from any thread.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"

namespace chela::runtime {

struct ServiceHealth {
  std::string plugin_id;
  std::string id;
  std::string state;  // starting, running, degraded, waiting, failed, stopped
  std::string text;   // the plugin's own words, or why it failed
  std::uint64_t restarts = 0;
};

class ServiceRun {
 public:
  static constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
  static constexpr Duration kDelayMax = std::chrono::seconds(30);
  static constexpr Duration kHealthyAfter = std::chrono::minutes(5);  // of running: earlier failures are forgotten
  static constexpr int kFailuresMax = 10;                             // without health in between; then it stays down

  // The plugin's instance, started when it does not run.
  using Instances = std::function<Task<Result<std::shared_ptr<plugins::Instance>>>()>;

  // `loop` outlives it.
  ServiceRun(Loop& loop, log::Logger logger, std::string plugin_id, std::string id, Instances instances);
  ServiceRun(const ServiceRun&) = delete;
  ServiceRun& operator=(const ServiceRun&) = delete;
  ~ServiceRun();

  // Begins it, and keeps it up until stop(). Once.
  void start();
  // The plugin runs as `now`: a service that another instance began is begun anew.
  void moved_to(const plugins::Instance* now);
  void ask_to_stop();
  // Ends it; the plugin's threads have ended then, unless it takes longer than `time` (error `timed_out`).
  Task<Result<void>> stop(Duration time);
  ServiceHealth health() const;

 private:
  struct State;
  static Task<Result<void>> keep_up(std::shared_ptr<State> state);
  static Task<Result<void>> run_once(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace chela::runtime
