#include "kernel/core/rpc/silence.hpp"

#include <utility>

namespace chela::rpc {

SilenceWatch::SilenceWatch(Loop& loop, Duration ping_after, Duration dead_after, Callbacks callbacks)
    : loop_(loop),
      ping_after_(ping_after),
      dead_after_(dead_after),
      callbacks_(std::move(callbacks)),
      timer_(loop.timers(), [this] { look(); }),
      self_(std::make_shared<SilenceWatch*>(this)) {}

void SilenceWatch::set(bool on) {
  if (on_ == on) return;
  on_ = on;
  timer_.disarm();
  if (!on) return;
  pinged_ = false;
  heard_ = loop_.now();
  timer_.arm(heard_ + ping_after_);
}

void SilenceWatch::heard() {
  if (!on_) return;
  heard_ = loop_.now();
  // The timer of a side that speaks is left alone; it looks when it fires.
  if (std::exchange(pinged_, false)) timer_.arm(heard_ + ping_after_);
}

void SilenceWatch::look() {
  auto now = loop_.now();
  if (now < heard_ + ping_after_) return timer_.arm(heard_ + ping_after_);
  if (!pinged_) {
    pinged_ = true;
    timer_.arm(now + dead_after_ - ping_after_);
    return callbacks_.ping();
  }
  // This loop may have been the one that slept, with the answer waiting in the socket: read first.
  loop_.post([watch = std::weak_ptr(self_)] {
    if (auto alive = watch.lock()) (*alive)->look_again();
  });
}

void SilenceWatch::look_again() {
  if (on_ && pinged_) callbacks_.dead();
}

}  // namespace chela::rpc
