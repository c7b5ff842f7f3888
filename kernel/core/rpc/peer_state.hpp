#pragma once

// What a peer is inside. Held by the peer, by its calls, and by each call that comes from the loop: a handler may destroy
// the peer at any time. Loop thread only.

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kernel/core/rpc/call.hpp"
#include "kernel/core/rpc/frame.hpp"
#include "kernel/core/rpc/message.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "kernel/core/rpc/request.hpp"
#include "kernel/core/rpc/silence.hpp"
#include "kernel/core/rpc/socket.hpp"

namespace chela::rpc {

struct Peer::Impl final : SocketOwner, std::enable_shared_from_this<Peer::Impl> {
  Impl(Loop& loop, PeerHandler& handler, Limits limits);

  static Task<Result<std::string>> call(std::shared_ptr<Impl> self, std::string method, std::string params,
                                        CallOptions options);
  Result<std::shared_ptr<Call>> begin_call(const std::string& method, const std::string& params, CallOptions& options);
  void abandon_call(Call& call);  // nobody waits for it any more

  bool is_open() const { return socket && !closing; }
  bool has_room();  // for events; who asks in vain is woken when there is some
  // Sends a message. Errors: `too_large`, `unavailable`.
  Result<void> send(std::string text);
  void close(Error why);
  void detach();  // by the peer's destructor

  void on_bytes(std::string_view bytes) override;
  void on_end(Error why) override { end(why); }
  void on_tick() override;
  void on_drained() override;

  void dispatch(std::string_view frame);
  void on_defect(Defect defect);
  void on_request(Message message);
  void on_notification(const Message& message);
  void on_answer(const Message& message);
  void on_events(const CallNote& note);
  void grant(Call& call);  // credit for what was taken, once it is worth a message
  bool accept_id(CallId id);  // of a request; false when it breaks the protocol
  void ping();
  void end(Error why);
  void end_calls(const Error& why);

  // The other side is told when a task stops waiting, however it stops.
  struct OpenCall {
    std::shared_ptr<Impl> peer;
    std::shared_ptr<Call> call;
    ~OpenCall() { peer->abandon_call(*call); }
  };

  Loop& loop;
  PeerHandler* handler;  // null when the peer is gone or has been told that it is closed
  const Limits limits;
  std::shared_ptr<Socket> socket;  // null before open() and after the end
  FrameReader frames;
  MessageReader reader;
  SilenceWatch silence;
  std::optional<Error> closing;  // ends at the end of the tick
  bool waits_for_room = false;
  CallId last_call = 0;
  CallId last_request = 0;
  std::unordered_map<CallId, std::shared_ptr<Call>> calls;
  std::unordered_map<CallId, std::shared_ptr<Request::State>> requests;
  std::vector<std::shared_ptr<Request::State>> with_events;  // have a batch to send at the end of the tick
};

}  // namespace chela::rpc
