#pragma once

// Events on their way from a running turn into an answer. Loop thread only.

#include <coroutine>
#include <deque>
#include <memory>
#include <string>

#include "kernel/core/loop/cancel.hpp"
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

  // Waits for the next event. No task of its own: this is the path of every token.
  class Next {
   public:
    explicit Next(EventQueue& queue) : queue_(queue) {}
    Next(const Next&) = delete;
    Next& operator=(const Next&) = delete;
    ~Next() { queue_.waiter_ = {}; }
    bool await_ready() const { return queue_.cancelled_ || queue_.overflowed_ || !queue_.waiting_.empty(); }
    void await_suspend(std::coroutine_handle<> waiter) { queue_.waiter_ = waiter; }
    Result<TurnEvent> await_resume() { return queue_.take(); }

   private:
    EventQueue& queue_;
  };

  EventQueue() = default;
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  void push(TurnEvent event);
  // Awaiting it yields a Result<TurnEvent>. `cancel` is that of the first call, for all. Errors: `cancelled`,
  // `exhausted` (taken too slowly).
  Next next(const CancelToken& cancel);

 private:
  Result<TurnEvent> take();
  void wake();

  std::deque<TurnEvent> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool overflowed_ = false;
  bool cancelled_ = false;
  bool listens_ = false;  // to the token
  std::coroutine_handle<> waiter_;
  CancelRegistration registration_;
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
