#pragma once

// A request of the other side until it is answered: its events, joined within a loop tick, and the credit for them.
// Kept by the peer while it is open, and by whoever answers it. Loop thread only.

#include <list>
#include <optional>
#include <string>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/rpc/message.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::rpc {

struct Request::State {
  using Turn = Completion<Result<void>>;

  Peer::Impl* peer = nullptr;  // null once it is answered or the connection is closed
  CallId id = 0;
  std::string method;
  std::string params;
  CancelSource cancel;
  std::optional<std::uint32_t> credit;  // read from the parameters when it is first needed
  std::string batch;                    // events that have not been sent yet, with commas between
  std::size_t batch_count = 0;
  std::list<Turn*> waiting;

  static Task<Result<void>> send_event(std::shared_ptr<State> self, std::string event);
  bool may_send();
  void add_credit(std::uint32_t more);
  void append(const std::string& event);
  void flush_events();
  // Static, since those that are woken may let go of the state.
  static void wake(const std::shared_ptr<State>& self);
  static void end(const std::shared_ptr<State>& self, std::string text);  // with the answer's text
  static void abandon(const std::shared_ptr<State>& self);                // the connection is gone
};

}  // namespace chela::rpc
