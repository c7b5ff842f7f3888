#include "kernel/core/plugins/leftover_calls.hpp"

#include <algorithm>
#include <utility>

namespace chela::plugins {

LeftoverCalls::LeftoverCalls(TimerQueue& timers, std::function<void()> on_too_many)
    : timer_(timers, [this] { on_grace_over(); }), clock_(timers.clock()), on_too_many_(std::move(on_too_many)) {}

void LeftoverCalls::add(std::uint64_t id) {
  due_.try_emplace(id, clock_.now() + kGrace);
  if (!timer_.armed()) wait_for_next();
}

void LeftoverCalls::remove(std::uint64_t id) { due_.erase(id); }

std::size_t LeftoverCalls::count() const {
  auto now = clock_.now();
  return static_cast<std::size_t>(std::ranges::count_if(due_, [&](const auto& call) { return call.second <= now; }));
}

void LeftoverCalls::wait_for_next() {
  auto next = TimePoint::max();
  for (const auto& [id, due] : due_) {
    if (due > clock_.now()) next = std::min(next, due);
  }
  if (next != TimePoint::max()) timer_.arm(next);
}

void LeftoverCalls::on_grace_over() {
  wait_for_next();
  if (count() >= kCallsMax && on_too_many_) std::exchange(on_too_many_, nullptr)();
}

}  // namespace chela::plugins
