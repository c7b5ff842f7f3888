#pragma once

// At most so many events per client in any minute (a sliding window). Loop thread only.

#include <deque>
#include <string>
#include <unordered_map>

#include "kernel/core/base/clock.hpp"

namespace chela::gateway {

class RateLimit {
 public:
  // 0: no limit.
  RateLimit(int per_minute_max, const Clock& clock) : per_minute_max_(per_minute_max), clock_(clock) {}

  // Counts one event of `client`; false when it is above the limit, and then it does not count.
  bool take(const std::string& client);
  // How long until `client` may try again.
  Duration wait(const std::string& client) const;

 private:
  void forget_old(std::deque<TimePoint>& times) const;

  int per_minute_max_;
  const Clock& clock_;
  std::unordered_map<std::string, std::deque<TimePoint>> times_;
};

}  // namespace chela::gateway
