#pragma once

// At most so many events per client in any minute (a sliding window). Loop thread only.

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kernel/core/base/clock.hpp"

namespace chela::gateway {

// What a client is told that is above its limit.
constexpr std::string_view kTooFast = "You're sending messages too quickly. Please wait a moment and try again.";

class RateLimit {
 public:
  // 0: no limit.
  RateLimit(int per_minute_max, const Clock& clock) : per_minute_max_(per_minute_max), clock_(clock) {}

  // Counts one event of `client`; false when it is above the limit, and then it does not count.
  bool take(const std::string& client);
  // How long until `client` may try again; zero when it may now.
  Duration wait(const std::string& client) const;
  // From now on; what was taken in the last minute counts.
  void set_per_minute_max(int per_minute_max) { per_minute_max_ = per_minute_max; }

 private:
  static constexpr std::size_t kClientsBeforeSweepMin = 10'000;

  void forget_old(std::deque<TimePoint>& times) const;
  void sweep();

  int per_minute_max_;
  const Clock& clock_;
  std::unordered_map<std::string, std::deque<TimePoint>> times_;
  std::size_t clients_before_sweep_ = kClientsBeforeSweepMin;
};

}  // namespace chela::gateway
