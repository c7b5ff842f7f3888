#include "kernel/core/remote/crash_record.hpp"

#include <algorithm>

namespace chela::remote {

void CrashRecord::crashed(TimePoint started, TimePoint now) {
  if (now - started >= kHealthyAfter) delay_ = Duration::zero();
  delay_ = delay_ == Duration::zero() ? kFirstDelay : std::min(delay_ * 2, kDelayMax);
  may_start_at_ = now + delay_;
  ++total_;
  recent_.push_back(now);
  while (now - recent_.front() > kWindow) recent_.pop_front();
  quarantined_ = quarantined_ || recent_.size() >= kCrashesMax;
}

void CrashRecord::forgive() {
  recent_.clear();
  delay_ = Duration::zero();
  may_start_at_ = TimePoint::min();
  quarantined_ = false;
}

}  // namespace chela::remote
