#pragma once

// What a coroutine can wait for. Loop thread only.

#include <coroutine>
#include <optional>
#include <utility>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela {

// A value that a callback delivers once and one coroutine waits for.
//   Completion<int> done;
//   start([&](int n) { done.set(n); });
//   auto n = co_await done.wait();
// Setting twice keeps the first value. Setting resumes the waiter at once, on the setter's stack.
template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void set(T value) {
    if (value_) return;
    value_.emplace(std::move(value));
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
  }
  bool is_set() const { return value_.has_value(); }

  auto wait() {
    struct Awaiter {
      Completion& completion;
      bool await_ready() const { return completion.value_.has_value(); }
      void await_suspend(std::coroutine_handle<> waiter) const {
        CHELA_ASSERT(!completion.waiter_, "a completion has one waiter");
        completion.waiter_ = waiter;
      }
      T await_resume() const { return std::move(*completion.value_); }
      ~Awaiter() { completion.waiter_ = {}; }
    };
    return Awaiter{*this};
  }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

// Waits until `deadline`; error `cancelled` when the token is cancelled first.
Task<Result<void>> sleep_until(Loop& loop, TimePoint deadline, CancelToken cancel);

// Waits for a completion of a Result with a deadline and a token: errors `timed_out` and `cancelled`.
template <class T>
Task<Result<T>> wait_for(Loop& loop, Completion<Result<T>>& completion, TimePoint deadline, CancelToken cancel) {
  Timer timer(loop.timers(), [&] { completion.set(fail(ErrorCode::timed_out, "the deadline passed")); });
  if (deadline != TimePoint::max()) timer.arm(deadline);
  auto registration = cancel.on_cancel([&] { completion.set(fail(ErrorCode::cancelled, "cancelled")); });
  co_return co_await completion.wait();
}

// Runs `work` on the worker pool and yields its result on the loop thread. `work` owns what it uses: when the
// waiting task is destroyed first, the result is dropped. Error `exhausted` when the pool's queue is full.
template <class T>
Task<Result<T>> run_blocking(Loop& loop, std::move_only_function<Result<T>()> work) {
  struct Shared {
    Completion<Result<T>> done;
  };
  auto shared = std::make_shared<Shared>();
  auto submitted = loop.workers().submit(
      [&loop, weak = std::weak_ptr<Shared>(shared), work = std::move(work)]() mutable {
        auto result = work();
        loop.post([weak = std::move(weak), result = std::move(result)]() mutable {
          if (auto alive = weak.lock()) alive->done.set(std::move(result));
        });
      });
  if (!submitted) co_return std::unexpected(std::move(submitted.error()));
  co_return co_await shared->done.wait();
}

}  // namespace chela
