#pragma once

// Calls of one plugin that were answered for, because their time was up or nobody waited any more, and that the plugin
// has not completed. What it was lent for such a call is kept for it, so there must not be many. Loop thread only.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "kernel/core/loop/timer.hpp"

namespace chela::plugins {

class LeftoverCalls {
 public:
  // How long a plugin that was asked to end a call may take for it.
  static constexpr Duration kGrace = std::chrono::seconds(10);
  // Half of the threads that blocking tools of all plugins share.
  static constexpr std::size_t kCallsMax = 4;

  // `on_too_many` is called once, when kCallsMax calls have outlasted their grace.
  LeftoverCalls(TimerQueue& timers, std::function<void()> on_too_many);

  // The host has answered for call `id`, which the plugin has begun. Once for each call.
  void add(std::uint64_t id);
  // The plugin has completed the call. It need not have been added.
  void remove(std::uint64_t id);
  // Those that have outlasted their grace.
  std::size_t count() const;

 private:
  void wait_for_next();
  void on_grace_over();

  Timer timer_;
  const Clock& clock_;
  std::function<void()> on_too_many_;
  std::map<std::uint64_t, TimePoint> due_;  // until when the call may be completed without being counted
};

// The place of one call among them, also when they are gone before it ends.
class LeftoverCall {
 public:
  LeftoverCall(std::weak_ptr<LeftoverCalls> calls, std::uint64_t id) : calls_(std::move(calls)), id_(id) {}
  std::uint64_t id() const { return id_; }
  void answered_for() const {
    if (auto calls = calls_.lock()) calls->add(id_);
  }
  void completed() const {
    if (auto calls = calls_.lock()) calls->remove(id_);
  }

 private:
  std::weak_ptr<LeftoverCalls> calls_;
  std::uint64_t id_;
};

}  // namespace chela::plugins
