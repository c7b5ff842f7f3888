#pragma once

// Cancellation by token. Loop thread only.
// A source is owned by whoever may cancel; tokens are cheap copies handed down; a registration lets go when destroyed.

#include <functional>
#include <list>
#include <memory>

#include "kernel/core/base/error.hpp"

namespace chela {

namespace detail {
struct CancelEntry {
  std::move_only_function<void()> callback;
  bool fired = false;
};
struct CancelState {
  bool cancelled = false;
  std::list<CancelEntry> waiting;
  std::list<CancelEntry> fired;  // entries whose registration still lives
};
}  // namespace detail

// Calls back at most once, and never after it was destroyed.
class CancelRegistration {
 public:
  CancelRegistration() = default;
  CancelRegistration(std::shared_ptr<detail::CancelState> state,
                     std::list<detail::CancelEntry>::iterator entry)
      : state_(std::move(state)), entry_(entry) {}
  CancelRegistration(CancelRegistration&& other) noexcept { *this = std::move(other); }
  CancelRegistration& operator=(CancelRegistration&& other) noexcept;
  ~CancelRegistration() { reset(); }
  void reset();

 private:
  std::shared_ptr<detail::CancelState> state_;
  std::list<detail::CancelEntry>::iterator entry_;
};

class CancelToken {
 public:
  CancelToken() = default;  // a token that is never cancelled
  explicit CancelToken(std::shared_ptr<detail::CancelState> state) : state_(std::move(state)) {}

  bool cancelled() const { return state_ && state_->cancelled; }
  // Error `cancelled` once cancelled, for CHELA_CO_CHECK between steps.
  Result<void> check() const;
  // Calls back on cancellation; at once, before returning, when it has happened already.
  [[nodiscard]] CancelRegistration on_cancel(std::move_only_function<void()> callback) const;

 private:
  std::shared_ptr<detail::CancelState> state_;
};

class CancelSource {
 public:
  CancelSource() : state_(std::make_shared<detail::CancelState>()) {}
  // Is cancelled, too, when `parent` is.
  explicit CancelSource(const CancelToken& parent);
  CancelSource(CancelSource&&) = default;
  CancelSource& operator=(CancelSource&&) = default;

  void cancel();  // runs the callbacks; idempotent
  bool cancelled() const { return state_->cancelled; }
  CancelToken token() const { return CancelToken(state_); }

 private:
  static void cancel_state(std::shared_ptr<detail::CancelState> state);

  std::shared_ptr<detail::CancelState> state_;
  CancelRegistration parent_;
};

}  // namespace chela
