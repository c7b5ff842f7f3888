#pragma once

// The event loop. One thread runs it and owns everything that is not marked otherwise.

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/loop/timer.hpp"
#include "kernel/core/loop/workers.hpp"

struct uv_loop_s;

namespace chela {

class Loop {
 public:
  // Told of each detached task that ends with an error other than `cancelled`.
  using ErrorReporter = std::move_only_function<void(const std::string& task_name, const Error& error)>;

  explicit Loop(const Clock& clock = system_clock());
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();  // every handle must be closed and every task finished: drain() first

  // Runs until stop(). Tasks and handles may remain.
  void run();
  void stop();
  // Runs what is ready without waiting; true while anything is left to do. For tests on a fake clock.
  bool run_ready();

  // Cancels shutdown_token(), runs until every spawned task has ended or `grace` has passed, then destroys
  // the frames that are left. Returns the names of those.
  std::vector<std::string> drain(Duration grace);

  // Runs `job` on the loop thread, in order of posting. Any thread; after the loop has ended jobs are dropped.
  void post(std::move_only_function<void()> job);

  // Starts detached work at once, on this stack, and owns it until it ends. What ends at once is freed at once.
  void spawn(std::string name, Task<Result<void>> task);
  std::size_t task_count() const { return tasks_.size(); }
  void on_task_error(ErrorReporter reporter) { report_error_ = std::move(reporter); }

  CancelToken shutdown_token() const { return shutdown_.token(); }
  const Clock& clock() const { return timers_.clock(); }
  TimePoint now() const { return clock().now(); }
  TimerQueue& timers() { return timers_; }
  WorkerPool& workers() { return workers_; }
  uv_loop_s* uv() { return uv_.get(); }
  bool on_loop_thread() const;  // any thread

 private:
  struct Handles;
  struct Detached;

  void run_posted();
  void rearm_timer();
  Task<void> run_detached(std::list<Detached>::iterator self, Task<Result<void>> task);
  void collect_finished();

  TimerQueue timers_;
  std::unique_ptr<uv_loop_s, void (*)(uv_loop_s*)> uv_;
  std::unique_ptr<Handles> handles_;
  CancelSource shutdown_;
  ErrorReporter report_error_;
  std::list<Detached> tasks_;
  std::list<Detached> finished_;

  std::mutex posted_mutex_;                                // guards the two below
  std::vector<std::move_only_function<void()>> posted_;
  bool closed_ = false;

  WorkerPool workers_;  // last: its jobs may still post while it is destroyed
};

}  // namespace chela
