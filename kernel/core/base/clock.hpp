#pragma once

// Time as the kernel sees it. Deadlines are monotonic; wall time is only ever recorded and shown.
// Tests run on a FakeClock.

#include <chrono>
#include <cstdint>

namespace chela {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;  // monotonic

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  // Milliseconds since 1970-01-01 UTC.
  virtual std::int64_t unix_ms() const = 0;
};

// The clock of the machine; lives for the whole program.
const Clock& system_clock();

}  // namespace chela
