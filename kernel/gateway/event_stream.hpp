#pragma once

// Events on their way from a running turn into an answer. Loop thread only.

#include <deque>
#include <memory>
#include <string>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/sessions/session.hpp"

namespace chela::gateway {

struct TurnEvent {
  runtime::EventType type;
  std::string text;
  std::string json;                                  // the session's event; empty for a turn without a session
  std::shared_ptr<const runtime::TurnResult> result;  // of assistant_done
};

// What was produced and not yet taken; bounded. One taker.
class EventQueue {
 public:
  static constexpr std::size_t kBytesMax = 4 << 20;

  void push(TurnEvent event);
  // Errors: `cancelled`, `exhausted` (taken too slowly).
  Task<Result<TurnEvent>> next(Loop& loop, CancelToken cancel);

 private:
  std::deque<TurnEvent> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool overflowed_ = false;
  Completion<Result<void>>* waiter_ = nullptr;
};

// The events of a session that answer one message, until typing_stop.
class MessageEvents final : public runtime::SessionListener {
 public:
  MessageEvents(std::shared_ptr<runtime::Session> session, std::string message_id);
  MessageEvents(const MessageEvents&) = delete;
  MessageEvents& operator=(const MessageEvents&) = delete;
  ~MessageEvents() override;

  EventQueue& queue() { return queue_; }

 private:
  void on_event(const runtime::SessionEvent& event) override;

  std::shared_ptr<runtime::Session> session_;
  std::string message_id_;
  EventQueue queue_;
};

}  // namespace chela::gateway
