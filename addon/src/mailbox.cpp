#include "addon/src/mailbox.hpp"

#include <utility>

namespace chela::addon {
namespace {

constexpr std::size_t kLinesWaitingMax = 1024;

}  // namespace

void Mailbox::open(void (*wake)(void*), void* context) {
  const std::lock_guard lock(mutex_);
  wake_ = wake;
  context_ = context;
}

void Mailbox::close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  events_.clear();
}

void Mailbox::wake_locked() {
  if (!woken_) wake_(context_);
  woken_ = true;
}

void Mailbox::push(Event event) {
  const std::lock_guard lock(mutex_);
  if (!wake_ || (event.kind == EventKind::log && events_.size() >= kLinesWaitingMax)) return;
  events_.push_back(std::move(event));
  wake_locked();
}

void Mailbox::poke() {
  const std::lock_guard lock(mutex_);
  if (wake_) wake_locked();
}

std::vector<Event> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return std::exchange(events_, {});
}

}  // namespace chela::addon
