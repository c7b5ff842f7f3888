#include "kernel/core/loop/timer.hpp"

#include <utility>

namespace chela {

void Timer::arm(TimePoint deadline) {
  disarm();
  deadline_ = deadline;
  queue_.insert(*this);
}

void Timer::arm_after(Duration delay) { arm(queue_.clock().now() + delay); }

void Timer::disarm() {
  if (armed()) queue_.remove(*this);
}

void TimerQueue::expire() {
  TimePoint now = clock_.now();
  while (!heap_.empty() && heap_.front()->deadline_ <= now) {
    Timer& timer = *heap_.front();
    remove(timer);
    timer.on_expire_();  // may destroy the timer, and arm or disarm others
  }
}

void TimerQueue::insert(Timer& timer) {
  heap_.push_back(&timer);
  timer.position_ = heap_.size() - 1;
  sift_up(timer.position_);
  if (heap_.front() == &timer && on_earlier_) on_earlier_();
}

void TimerQueue::remove(Timer& timer) {
  std::size_t at = std::exchange(timer.position_, Timer::kNotQueued);
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  place(at, last);
  sift_up(at);
  sift_down(last->position_);
}

void TimerQueue::place(std::size_t at, Timer* timer) {
  heap_[at] = timer;
  timer->position_ = at;
}

void TimerQueue::sift_up(std::size_t at) {
  Timer* timer = heap_[at];
  while (at > 0) {
    std::size_t parent = (at - 1) / 2;
    if (heap_[parent]->deadline_ <= timer->deadline_) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, timer);
}

void TimerQueue::sift_down(std::size_t at) {
  Timer* timer = heap_[at];
  for (;;) {
    std::size_t child = at * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->deadline_ < heap_[child]->deadline_) ++child;
    if (timer->deadline_ <= heap_[child]->deadline_) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, timer);
}

}  // namespace chela
