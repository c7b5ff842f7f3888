#include "kernel/core/loop/event.hpp"

namespace chela {

Task<Result<void>> sleep_until(Loop& loop, TimePoint deadline, CancelToken cancel) {
  Completion<Result<void>> done;
  Timer timer(loop.timers(), [&] { done.set({}); });
  timer.arm(deadline);
  auto registration = cancel.on_cancel([&] { done.set(fail(ErrorCode::cancelled, "cancelled")); });
  co_return co_await done.wait();
}

}  // namespace chela
