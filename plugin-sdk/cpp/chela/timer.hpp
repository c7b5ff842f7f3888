#ifndef CHELA_TIMER_HPP
#define CHELA_TIMER_HPP
// Time and one-shot timers by the host's clock (chela.timer/1).

#include <cstdint>

#include "chela/callback.hpp"
#include "chela/host.hpp"

namespace chela {
inline namespace sdk {
namespace detail {

class TimerState final : public OpenWork {
 public:
  TimerState(std::weak_ptr<HostState> host, Callback<void()> on_expire)
      : host_(std::move(host)), on_expire_(std::move(on_expire)) {
    listener_ = {sizeof(chela_timer_listener), this, &Thunk<chela_timer_listener, &TimerState::expire>::call};
  }

  static void start(const std::shared_ptr<TimerState>& self, std::uint64_t delay_ms) {
    std::shared_ptr<HostState> host = self->host_.lock();
    self->service_ = host->get<chela_host_timer>(CHELA_EXT_TIMER);
    host->add(self);
    self->id_ = self->service_->start(host->host, delay_ms, &self->listener_);
    if (self->id_ == 0) {
      host->remove(self.get());
      throw Failure(CHELA_EXHAUSTED, "starting a timer: the plugin has too many of them");
    }
  }

  void cancel() override {
    std::shared_ptr<HostState> host = host_.lock();
    if (over_ || id_ == 0 || host == nullptr) return;
    over_ = true;
    service_->cancel(host->host, id_);
    host->remove(this);
  }
  bool over() const { return over_; }

  void on_failure(const Failure& failure) {
    if (auto host = host_.lock()) Log(host).error("a timer's callback: " + failure.text());
  }

 private:
  static void expire(TimerState& self) {
    if (self.over_) return;
    self.over_ = true;
    if (auto host = self.host_.lock()) host->remove(&self);
    self.on_expire_();
  }

  std::weak_ptr<HostState> host_;
  Callback<void()> on_expire_;
  const chela_host_timer* service_ = nullptr;
  chela_timer_listener listener_ = {};
  std::uint64_t id_ = 0;
  bool over_ = false;
};

}  // namespace detail

// A running timer. Destroying it cancels it. Loop only.
class Timer {
 public:
  Timer() = default;
  explicit Timer(std::shared_ptr<detail::TimerState> state) : state_(std::move(state)) {}
  Timer(Timer&& other) noexcept : state_(std::move(other.state_)) {}
  Timer& operator=(Timer&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Timer() { cancel(); }

  void cancel() {
    if (state_ != nullptr) state_->cancel();
  }
  bool over() const { return state_ == nullptr || state_->over(); }

 private:
  std::shared_ptr<detail::TimerState> state_;
};

class Timers {
 public:
  explicit Timers(std::shared_ptr<detail::HostState> state) : state_(std::move(state)) {}

  // Milliseconds since 1970-01-01 UTC. Any thread.
  std::int64_t unix_ms() const { return state_->get<chela_host_timer>(CHELA_EXT_TIMER)->unix_ms(state_->host); }

  // Calls `on_expire` once, `delay_ms` from now. Loop only; throws Failure when the plugin has too many timers.
  [[nodiscard]] Timer start(std::uint64_t delay_ms, Callback<void()> on_expire) const {
    auto state = std::make_shared<detail::TimerState>(state_, std::move(on_expire));
    detail::TimerState::start(state, delay_ms);
    return Timer(state);
  }

 private:
  std::shared_ptr<detail::HostState> state_;
};

inline Timers Host::timer() const {
  return Timers(state_);
}

}  // namespace sdk
}  // namespace chela
#endif
