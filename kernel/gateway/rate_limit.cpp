#include "kernel/gateway/rate_limit.hpp"

#include <algorithm>

namespace chela::gateway {
namespace {

constexpr auto kWindow = std::chrono::minutes(1);

}  // namespace

void RateLimit::forget_old(std::deque<TimePoint>& times) const {
  while (!times.empty() && times.front() + kWindow <= clock_.now()) times.pop_front();
}

// Each sweep comes after at least as many new clients as it looks at: none pays for all the others.
void RateLimit::sweep() {
  for (auto entry = times_.begin(); entry != times_.end();) {
    forget_old(entry->second);
    entry = entry->second.empty() ? times_.erase(entry) : std::next(entry);
  }
  clients_before_sweep_ = std::max(kClientsBeforeSweepMin, 2 * times_.size());
}

bool RateLimit::take(const std::string& client) {
  if (per_minute_max_ == 0) return true;
  if (times_.size() > clients_before_sweep_) sweep();
  auto& times = times_[client];
  forget_old(times);
  if (times.size() >= static_cast<std::size_t>(per_minute_max_)) return false;
  times.push_back(clock_.now());
  return true;
}

Duration RateLimit::wait(const std::string& client) const {
  auto found = times_.find(client);
  auto max = static_cast<std::size_t>(per_minute_max_);
  if (max == 0 || found == times_.end() || found->second.size() < max) return Duration::zero();
  // The limit may have been higher when they were taken: all but the newest must be forgotten first.
  auto last_in_the_way = found->second[found->second.size() - max];
  return std::max(Duration::zero(), last_in_the_way + kWindow - clock_.now());
}

}  // namespace chela::gateway
