#pragma once

// A clock that moves only when a test says so. Loggers read it on any thread.

#include <atomic>

#include "kernel/core/base/clock.hpp"

namespace chela {

class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_.load(); }
  std::int64_t unix_ms() const override {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
  }
  void advance(Duration step) { now_.store(now() + step); }

 private:
  std::atomic<TimePoint> now_{};
};

}  // namespace chela
