#pragma once

// When a host process that ended unasked may be started again: back-off that doubles, quarantine when it happens too
// often. No clock of its own. Any thread, one at a time.

#include <deque>

#include "kernel/core/base/clock.hpp"

namespace chela::remote {

class CrashRecord {
 public:
  static constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
  static constexpr Duration kDelayMax = std::chrono::seconds(30);
  static constexpr Duration kHealthyAfter = std::chrono::minutes(5);  // of running: earlier crashes are forgotten
  static constexpr std::size_t kCrashesMax = 3;                       // within kWindow
  static constexpr Duration kWindow = std::chrono::minutes(5);

  void crashed(TimePoint started, TimePoint now);
  // It may be started at once, as if it had not crashed; crashes() still counts.
  void forgive();
  TimePoint may_start_at() const { return may_start_at_; }
  bool quarantined() const { return quarantined_; }
  std::size_t crashes() const { return total_; }  // in all

 private:
  std::deque<TimePoint> recent_;
  Duration delay_ = Duration::zero();
  TimePoint may_start_at_ = TimePoint::min();
  std::size_t total_ = 0;
  bool quarantined_ = false;
};

}  // namespace chela::remote
