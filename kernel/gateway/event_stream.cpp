#include "kernel/gateway/event_stream.hpp"

namespace chela::gateway {

void EventQueue::push(TurnEvent event) {
  if (overflowed_) return;
  waiting_bytes_ += event.json.size() + event.text.size();
  overflowed_ = waiting_bytes_ > kBytesMax;
  waiting_.push_back(std::move(event));
  if (waiter_) waiter_->set({});
}

Task<Result<TurnEvent>> EventQueue::next(Loop& loop, CancelToken cancel) {
  if (waiting_.empty()) {
    Completion<Result<void>> arrived;
    waiter_ = &arrived;
    auto waited = co_await wait_for(loop, arrived, TimePoint::max(), cancel);
    waiter_ = nullptr;
    if (!waited) co_return std::unexpected(std::move(waited.error()));
  }
  if (overflowed_) {
    co_return fail(ErrorCode::exhausted, "the client took the events too slowly; the answer is in the session");
  }
  auto event = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= event.json.size() + event.text.size();
  co_return event;
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
