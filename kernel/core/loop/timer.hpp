#pragma once

// Timers on absolute deadlines of the loop's clock. Loop thread only.
// All timers share one heap and one libuv timer, so that an armed timer costs no descriptor and no libuv handle.
// There is no repeat: repeating timers drift. Arm again from the previous deadline instead.

#include <cstddef>
#include <functional>
#include <vector>

#include "kernel/core/base/clock.hpp"

namespace chela {

class TimerQueue;

// Fires once per arm(). Disarms itself when destroyed; must not outlive its queue.
class Timer {
 public:
  Timer(TimerQueue& queue, std::move_only_function<void()> on_expire)
      : queue_(queue), on_expire_(std::move(on_expire)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { disarm(); }

  void arm(TimePoint deadline);  // moves the deadline when armed already
  void arm_after(Duration delay);
  void disarm();
  bool armed() const { return position_ != kNotQueued; }
  TimePoint deadline() const { return deadline_; }

 private:
  friend class TimerQueue;
  static constexpr std::size_t kNotQueued = static_cast<std::size_t>(-1);

  TimerQueue& queue_;
  std::move_only_function<void()> on_expire_;
  TimePoint deadline_{};
  std::size_t position_ = kNotQueued;
};

class TimerQueue {
 public:
  explicit TimerQueue(const Clock& clock) : clock_(clock) {}

  const Clock& clock() const { return clock_; }
  // Runs the timers whose deadline has passed, earliest first.
  void expire();
  // The earliest deadline, or TimePoint::max() when nothing is armed.
  TimePoint next_deadline() const { return heap_.empty() ? TimePoint::max() : heap_.front()->deadline_; }
  // Called whenever next_deadline() becomes earlier.
  void on_earlier(std::move_only_function<void()> callback) { on_earlier_ = std::move(callback); }

 private:
  friend class Timer;
  void insert(Timer& timer);
  void remove(Timer& timer);
  void sift_up(std::size_t at);
  void sift_down(std::size_t at);
  void place(std::size_t at, Timer* timer);

  const Clock& clock_;
  std::vector<Timer*> heap_;
  std::move_only_function<void()> on_earlier_;
};

}  // namespace chela
