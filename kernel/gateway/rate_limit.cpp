#include "kernel/gateway/rate_limit.hpp"

namespace chela::gateway {
namespace {

constexpr auto kWindow = std::chrono::minutes(1);
constexpr std::size_t kClientsMax = 10'000;

}  // namespace

void RateLimit::forget_old(std::deque<TimePoint>& times) const {
  while (!times.empty() && times.front() + kWindow <= clock_.now()) times.pop_front();
}

bool RateLimit::take(const std::string& client) {
  if (per_minute_max_ == 0) return true;
  if (times_.size() > kClientsMax) {
    for (auto entry = times_.begin(); entry != times_.end();) {
      forget_old(entry->second);
      entry = entry->second.empty() ? times_.erase(entry) : std::next(entry);
    }
  }
  auto& times = times_[client];
  forget_old(times);
  if (times.size() >= static_cast<std::size_t>(per_minute_max_)) return false;
  times.push_back(clock_.now());
  return true;
}

Duration RateLimit::wait(const std::string& client) const {
  auto found = times_.find(client);
  if (found == times_.end() || found->second.empty()) return Duration::zero();
  return found->second.front() + kWindow - clock_.now();
}

}  // namespace chela::gateway
