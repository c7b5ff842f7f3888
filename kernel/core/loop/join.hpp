#pragma once

// Runs several tasks side by side on the loop and waits for all. Loop thread only.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "kernel/core/loop/task.hpp"

namespace chela {

namespace detail {

struct JoinState {
  std::size_t pending = 0;
  std::coroutine_handle<> waiter;

  auto wait() {
    struct Awaiter {
      JoinState& state;
      bool await_ready() const noexcept { return state.pending == 0; }
      void await_suspend(std::coroutine_handle<> parent) const noexcept { state.waiter = parent; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
};

// One of the joined. It resumes the waiter from its final suspension and not before: the waiter destroys the frames
// of all parts, and the one that resumed it is among them.
class JoinPart {
 public:
  struct promise_type {
    JoinState& state;

    template <class... Rest>
    explicit promise_type(JoinState& joined, Rest&...) : state(joined) {}
    JoinPart get_return_object() { return JoinPart(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    auto final_suspend() const noexcept {
      struct Awaiter {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
          JoinState& joined = self.promise().state;
          if (--joined.pending > 0) return;
          if (auto waiter = joined.waiter) waiter.resume();  // nothing may be touched afterwards
        }
        void await_resume() const noexcept {}
      };
      return Awaiter{};
    }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };

  JoinPart(JoinPart&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  JoinPart& operator=(JoinPart&&) = delete;
  ~JoinPart() {
    if (handle_) handle_.destroy();
  }
  void start() { handle_.resume(); }

 private:
  explicit JoinPart(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
JoinPart run_part(JoinState&, std::optional<T>& value, Task<T> task) {
  auto result = co_await std::move(task);
  value.emplace(std::move(result));
}

}  // namespace detail

// The values in the order of `tasks`. Destroying the waiting task destroys all of them.
template <class T>
Task<std::vector<T>> join_all(std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> results(tasks.size());
  detail::JoinState state{tasks.size(), {}};
  std::vector<detail::JoinPart> parts;
  parts.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    parts.push_back(detail::run_part<T>(state, results[i], std::move(tasks[i])));
  }
  for (auto& part : parts) part.start();
  co_await state.wait();

  std::vector<T> values;
  values.reserve(results.size());
  for (auto& result : results) values.push_back(std::move(*result));
  co_return values;
}

}  // namespace chela
