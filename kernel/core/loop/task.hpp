#pragma once

// Task<T>: a lazy coroutine that yields one T. Loop thread only.
//
// No symmetric transfer: a chain of awaits that complete at once would overflow the stack in debug and sanitizer
// builds. The awaiter resumes the child, and parks the parent only if the child has not finished by then.
// Destroying a task that is parked destroys its frame; whatever it waits for must let go in its destructor.

#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/error.hpp"

namespace chela {

template <class T>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation;  // who to resume at the end; null while the child runs inside await_suspend

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      // Resuming the parent may destroy this frame: nothing may be touched afterwards.
      if (auto parent = self.promise().continuation) parent.resume();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
};

// What an exception in flight says; call inside a catch or unhandled_exception.
std::string current_exception_text();

template <class T>
constexpr bool kIsResult = false;
template <class T>
constexpr bool kIsResult<Result<T>> = true;

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  // Kernel code reports errors as results. An exception that gets here is a defect or a library's complaint:
  // it ends this task with an `internal` error and goes no further; a task that cannot say so ends the process.
  void unhandled_exception() {
    if constexpr (kIsResult<T>) {
      value.emplace(fail(ErrorCode::internal, "unexpected exception: {}", current_exception_text()));
    } else {
      std::terminate();
    }
  }
  T take() { return std::move(*value); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  void take() const noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Awaiting a task starts it; each task is awaited once.
  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle child;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> parent) const {
        child.resume();
        if (child.done()) return false;
        child.promise().continuation = parent;
        return true;
      }
      T await_resume() const { return child.promise().take(); }
    };
    CHELA_ASSERT(handle_ && !handle_.done(), "a task is awaited exactly once");
    return Awaiter{handle_};
  }

  // Starts the task without waiting for it; the owner keeps the task alive until it is done. For loop.spawn and join.
  void start() { handle_.resume(); }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail
}  // namespace chela

// CHELA_TRY and CHELA_CHECK of error.hpp, for coroutines.
#define CHELA_CO_TRY(declaration, ...)                                                                          \
  auto CHELA_CONCAT(try_, __LINE__) = (__VA_ARGS__);                                                            \
  if (!CHELA_CONCAT(try_, __LINE__)) co_return std::unexpected(std::move(CHELA_CONCAT(try_, __LINE__).error())); \
  declaration = std::move(*CHELA_CONCAT(try_, __LINE__))
#define CHELA_CO_CHECK(...)                                                                                     \
  if (auto CHELA_CONCAT(try_, __LINE__) = (__VA_ARGS__); !CHELA_CONCAT(try_, __LINE__))                         \
  co_return std::unexpected(std::move(CHELA_CONCAT(try_, __LINE__).error()))
