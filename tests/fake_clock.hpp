#pragma once

// A clock that moves only when a test says so.

#include "kernel/core/base/clock.hpp"

namespace chela {

class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  std::int64_t unix_ms() const override {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }
  void advance(Duration step) { now_ += step; }

 private:
  TimePoint now_{};
};

}  // namespace chela
