#include "kernel/gateway/event_stream.hpp"

#include <utility>

namespace chela::gateway {

void EventQueue::push(TurnEvent event) {
  if (overflowed_) return;
  waiting_bytes_ += event.json.size() + event.text.size();
  overflowed_ = waiting_bytes_ > kBytesMax;
  waiting_.push_back(std::move(event));
  wake();
}

EventQueue::Next EventQueue::next(const CancelToken& cancel) {
  if (!std::exchange(listens_, true)) {
    registration_ = cancel.on_cancel([this] {
      cancelled_ = true;
      wake();
    });
  }
  return Next(*this);
}

// The taker may destroy the queue: nothing of it may be touched afterwards.
void EventQueue::wake() {
  if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
}

Result<TurnEvent> EventQueue::take() {
  if (overflowed_) {
    return fail(ErrorCode::exhausted, "the client took the events too slowly; the answer is in the session");
  }
  if (waiting_.empty()) return fail(ErrorCode::cancelled, "cancelled");
  auto event = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= event.json.size() + event.text.size();
  return event;
}

MessageEvents::MessageEvents(std::shared_ptr<runtime::Session> session, std::string message_id)
    : session_(std::move(session)), message_id_(std::move(message_id)) {
  session_->add_listener(*this);
}

MessageEvents::~MessageEvents() { session_->remove_listener(*this); }

void MessageEvents::on_event(const runtime::SessionEvent& event) {
  if (event.message_id != message_id_) return;
  TurnEvent copy{.type = event.type, .text = std::string(event.text), .json = std::string(event.json)};
  if (event.result) copy.result = std::make_shared<const runtime::TurnResult>(*event.result);
  queue_.push(std::move(copy));
}

}  // namespace chela::gateway
