#pragma once

// How often in a row somebody may fail before he is left alone for a while: a plugin that hangs costs each turn its whole
// deadline otherwise. Loop thread only.

#include "kernel/core/base/clock.hpp"

namespace chela::runtime {

class Patience {
 public:
  static constexpr int kFailuresMax = 3;
  static constexpr Duration kRest = std::chrono::minutes(5);

  bool is_over(TimePoint now) const { return failures_ >= kFailuresMax && now < until_; }
  // True when this failure was the last that is borne.
  bool failed(TimePoint now) {
    until_ = now + kRest;
    return ++failures_ >= kFailuresMax;
  }
  void worked() { failures_ = 0; }

 private:
  int failures_ = 0;
  TimePoint until_{};
};

}  // namespace chela::runtime
