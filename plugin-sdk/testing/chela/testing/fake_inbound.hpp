#ifndef CHELA_TESTING_FAKE_INBOUND_HPP
#define CHELA_TESTING_FAKE_INBOUND_HPP
// chela.inbound/1 of a fake host: keeps the messages that a channel hands over, and answers each with a receipt when it
// is pumped. receive() and state() on any thread, the rest on the loop.

#include <deque>
#include <mutex>

#include "chela/ext/inbound.h"
#include "chela/testing/fake_services.hpp"

namespace chela {
namespace testing {

struct ReceivedMessage {
  std::string channel;
  std::string account;
  std::string message_id;
  std::string peer;
  std::string thread;
  std::string sender;
  std::string text;
  std::string details;
};

struct ToldState {
  std::string channel;
  std::string account;
  std::string state;  // JSON object
};

class FakeInbound {
 public:
  FakeInbound(Breaches& breaches, LoopWatch& watch) : breaches_(breaches), watch_(watch) {}

  // What on_stored() says of the messages to come.
  void answer_with(chela_status status) { receipt_ = status; }
  // What receive() itself returns from now on; CHELA_OK takes them again.
  void refuse_with(chela_status status) { refusal_ = status; }
  // Receipts wait until it is called with false, or until stop().
  void hold(bool held) { held_ = held; }

  std::vector<ReceivedMessage> messages() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return messages_;
  }
  std::vector<ToldState> states() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return states_;
  }

  chela_status receive(const chela_inbound_message* message, const chela_inbound_listener* listener,
                       const chela_error_sink* error) {
    std::string why;
    if (message == nullptr || !CHELA_HAS(message, chela_inbound_message, details)) why = "the message is too short";
    if (listener == nullptr || !CHELA_HAS(listener, chela_inbound_listener, on_stored) || !listener->on_stored)
      why = "the listener is too short or has no function";
    if (!why.empty()) {
      breaches_.add("chela.inbound/1 receive(): " + why);
      return refuse(CHELA_INVALID_ARGUMENT, why, error);
    }
    const chela_status refusal = refusal_;
    if (refusal != CHELA_OK) return refuse(refusal, "the test host takes no messages", error);
    std::lock_guard<std::mutex> lock(mutex_);
    messages_.push_back({text(message->channel), text(message->account), text(message->message_id), text(message->peer),
                         text(message->thread), text(message->sender), text(message->text), text(message->details)});
    open_.emplace_back(listener);
    return CHELA_OK;
  }
  void state(chela_str channel, chela_str account, chela_str state) {
    std::lock_guard<std::mutex> lock(mutex_);
    states_.push_back({text(channel), text(account), text(state)});
  }

  // Answers the oldest message that waits for its receipt; false when none does.
  bool deliver_one() {
    return !held_ && tell_one(receipt_, receipt_ == CHELA_OK ? "" : "the test host has not stored it");
  }
  // Before stop(): every receipt that is due; nothing is taken any more.
  void close() {
    refusal_ = CHELA_UNAVAILABLE;
    while (tell_one(CHELA_UNAVAILABLE, "the plugin is being stopped")) {
    }
  }
  void forget() {
    std::lock_guard<std::mutex> lock(mutex_);
    messages_.clear();
    states_.clear();
  }
  void set_lending(Lending how) { lending_ = how; }

 private:
  static std::string text(chela_str bytes) { return std::string(to_view(bytes)); }
  static chela_status refuse(chela_status status, const std::string& why, const chela_error_sink* error) {
    if (error != nullptr) error->set(error, to_str(why));
    return status;
  }
  bool tell_one(chela_status status, const std::string& why) {
    const chela_inbound_listener* listener = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (open_.empty()) return false;
      listener = open_.front().get(breaches_);
      open_.pop_front();
    }
    Loan loan(lending_);
    const chela_str lent = loan.text(why);
    if (listener != nullptr) watch_.watch("on_stored()", [&] { listener->on_stored(listener, status, lent); });
    loan.return_all();
    return true;
  }

  Breaches& breaches_;
  LoopWatch& watch_;
  Lending lending_;
  std::atomic<chela_status> receipt_{CHELA_OK};
  std::atomic<chela_status> refusal_{CHELA_OK};
  bool held_ = false;
  mutable std::mutex mutex_;
  std::vector<ReceivedMessage> messages_;
  std::vector<ToldState> states_;
  std::deque<HeldListener<chela_inbound_listener>> open_;
};

}  // namespace testing
}  // namespace chela
#endif
