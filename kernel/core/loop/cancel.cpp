#include "kernel/core/loop/cancel.hpp"

#include <utility>

namespace chela {

CancelRegistration& CancelRegistration::operator=(CancelRegistration&& other) noexcept {
  if (this != &other) {
    reset();
    state_ = std::move(other.state_);
    entry_ = other.entry_;
    other.state_.reset();
  }
  return *this;
}

void CancelRegistration::reset() {
  if (!state_) return;
  (entry_->fired ? state_->fired : state_->waiting).erase(entry_);
  state_.reset();
}

Result<void> CancelToken::check() const {
  if (cancelled()) return fail(ErrorCode::cancelled, "cancelled");
  return {};
}

CancelRegistration CancelToken::on_cancel(std::move_only_function<void()> callback) const {
  if (!state_) return {};
  if (state_->cancelled) {
    callback();
    return {};
  }
  auto entry = state_->waiting.emplace(state_->waiting.end(), std::move(callback));
  return {state_, entry};
}

CancelSource::CancelSource(const CancelToken& parent) : state_(std::make_shared<detail::CancelState>()) {
  parent_ = parent.on_cancel([state = state_] { CancelSource::cancel_state(state); });
}

void CancelSource::cancel() { cancel_state(state_); }

void CancelSource::cancel_state(std::shared_ptr<detail::CancelState> state) {
  state->cancelled = true;
  // One at a time from the front: a callback may destroy its own registration and those of others.
  while (!state->waiting.empty()) {
    state->fired.splice(state->fired.end(), state->waiting, state->waiting.begin());
    state->fired.back().fired = true;
    auto callback = std::move(state->fired.back().callback);
    callback();
  }
}

}  // namespace chela
