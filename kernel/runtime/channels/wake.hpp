#pragma once

// Lets one coroutine sleep until something happens. What happens while it is awake is not lost. Loop thread only.

#include <optional>
#include <utility>

#include "kernel/core/loop/event.hpp"

namespace chela::runtime {

class Wake {
 public:
  void set() {
    pending_ = true;
    if (waiting_) waiting_->set(true);
  }
  // Until set() or the deadline; at once when it was set since the last wait.
  Task<void> wait(Loop& loop, TimePoint deadline = TimePoint::max()) {
    if (!pending_) {
      waiting_.emplace();
      Timer timer(loop.timers(), [this] { waiting_->set(true); });
      if (deadline != TimePoint::max()) timer.arm(deadline);
      co_await waiting_->wait();
      waiting_.reset();
    }
    pending_ = false;
  }

 private:
  std::optional<Completion<bool>> waiting_;
  bool pending_ = false;
};

}  // namespace chela::runtime
