#pragma once

// One JSON-RPC 2.0 peer on a connected stream socket: requests both ways, streams with credit, cancellation, deadlines
// and heartbeats, as docs/plugin-protocol.md says. Knows no method but call.* and host.ping. Loop thread only.
// Both sides use it: the kernel towards a host process, chela-plugin-host towards the kernel.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela {
class Loop;
}

namespace chela::rpc {

struct Limits {
  std::size_t frame_bytes_max = 16u << 20;
  std::size_t calls_max = 1024;                     // open in one direction
  std::size_t pending_bytes_max = 64u << 20;        // waiting to be written; at twice as much the connection ends
  Duration ping_after = std::chrono::seconds(5);    // of silence while watch() is on
  Duration dead_after = std::chrono::seconds(15);   // of silence while watch() is on
};

// Holds back the events of a streaming call while whoever takes them is slow: beyond the credit that is out none follow.
class Brake {
 public:
  void hold() { held_ = true; }
  void release();

 private:
  friend class Peer;
  bool held_ = false;
  std::move_only_function<void()> on_release_;
};

struct CallOptions {
  Duration timeout = std::chrono::seconds(30);
  CancelToken cancel;
  // Takes the events of a streaming call, each a valid JSON text, borrowed. Without it an event is a breach of protocol.
  std::move_only_function<void(std::string_view event)> on_event;
  std::uint32_t credit = 64;  // events that may be on their way; the caller names it in its parameters, too
  std::shared_ptr<Brake> brake = nullptr;
  std::string* error_data = nullptr;  // gets error.data of a failed call, a JSON object; outlives the call's task
};

class Peer;

// A request of the other side. Moves to whoever answers it; answered exactly once, and with `internal` when it is
// destroyed unanswered. Does nothing once the connection is closed.
class Request {
 public:
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;
  ~Request();

  std::uint64_t id() const;  // the other side's number of it
  const std::string& method() const;
  const std::string& params() const;  // a valid JSON object; "{}" when it had none
  CancelToken cancelled() const;      // also when the connection closes

  // Sends one event, a JSON text, waiting for credit and room when there is none; several wait in their order. The task
  // may outlive the request. Errors: `cancelled` (also when it is answered or the connection closes meanwhile), `too_large`.
  Task<Result<void>> send_event(std::string event);
  void answer(std::string result);                       // JSON text; becomes the error `too_large` when it fits no frame
  void fail(const Error& error, std::string data = {});  // data: members of error.data besides the status, a JSON object

 private:
  friend class Peer;
  struct State;
  explicit Request(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  virtual void on_request(Request request) = 0;
  virtual void on_notification(std::string_view method, std::string_view params) = 0;  // borrowed; valid JSON
  // The connection ends; its open calls are about to. Nothing may be asked of the peer.
  virtual void on_closing() {}
  // The last call; open calls have ended with `unavailable` before. Not called from inside a call into the peer.
  virtual void on_closed(const Error& why) = 0;
};

class Peer {
 public:
  // `loop` and `handler` outlive the peer.
  Peer(Loop& loop, PeerHandler& handler, Limits limits = {});
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  // Closes; the handler is not called any more, and may be destroying the peer. Open calls end with `unavailable` at the
  // next turn of the loop.
  ~Peer();

  // Takes the descriptor, also when it fails. Once.
  Result<void> open(int descriptor);

  // Calls a method; yields the result as JSON text. Errors: those of the other side, `timed_out`, `cancelled`,
  // `exhausted` (too many calls or bytes wait), `unavailable` (the connection is gone).
  Task<Result<std::string>> call(std::string method, std::string params, CallOptions options = {});
  // Errors: `too_large`, `unavailable`.
  Result<void> notify(std::string_view method, std::string_view params);

  // Pings a silent other side, and closes when it stays silent.
  void watch(bool on);
  // Ends the connection; on_closed follows at the end of the loop tick. What was sent before leaves as far as the system
  // takes it at once.
  void close(Error why);

  bool is_open() const;
  std::size_t open_calls() const;      // ours
  std::size_t open_requests() const;   // theirs
  std::size_t pending_bytes() const;

 private:
  friend class Request;
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace chela::rpc
