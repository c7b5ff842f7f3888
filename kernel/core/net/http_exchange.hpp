#pragma once

// One request and its answer, as a handler sees it. Loop thread only.
//
// Ownership: the exchange lives in the frame of the task that runs HttpService::handle(), so it outlives every use by
// the handler. The connection belongs to the server. Each knows the other until one of them goes:
// - the connection dies first: cancel_token() fires, writes answer `closed`, drained() fails, respond() fails with
//   `unavailable`; nothing else happens to the handler, which ends when it likes;
// - the task ends first: what it left unanswered is answered with 500, a stream is finished (or, when the task ended
//   with an error, cut, so that the client can tell), and the connection goes on with the next request;
// - after accept_websocket() the connection belongs to the WebSocket and the handler may end at once.
// A client that closes its sending side is taken as gone (the token fires), but an answer is still delivered.

#include <coroutine>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/net/connection.hpp"
#include "kernel/core/net/http_service.hpp"
#include "kernel/core/net/websocket.hpp"

namespace chela::net {

class HttpProtocol;

class HttpExchange {
 public:
  HttpExchange(HttpProtocol& protocol, HttpRequest request, std::shared_ptr<void> context);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  ~HttpExchange();

  const HttpRequest& request() const { return request_; }
  std::string take_body() { return std::move(request_.body); }
  template <class T>
  T* context() const {  // of the admission; T must be the type that was put in
    return static_cast<T*>(context_.get());
  }
  CancelToken cancel_token() const {
    return cancel_.token();
  }  // fires when the peer goes away or the server is destroyed
  bool answered() const { return state_ != State::open; }

  // The whole answer. Errors: `invalid_argument` for headers that cannot be written (nothing is sent, another answer
  // may follow), `unavailable` when the peer is gone. Answering twice is a programmer's error.
  Result<void> respond(HttpResponse response);

  // An answer in pieces: chunked, for Server-Sent Events and the like. Errors as respond().
  // The pieces of one loop tick leave in one packet.
  Result<void> start_stream(int status, const Headers& headers);
  // Always takes all bytes; after `over_limit` await drained() before writing more.
  WriteState write(std::string_view bytes);
  void finish();

  // Waits until the peer has taken half of what is queued. At once when the queue is below the high-water mark.
  // Errors: `unavailable` when the peer is gone, `cancelled`. One waiter at a time.
  Task<Result<void>> drained(CancelToken cancel = {});

  // Turns the connection into a WebSocket (websocket_handshake.hpp checks the request). On error the refusal (400 or
  // 426) has been sent and the handler only has to end. Set the callbacks before the next co_await.
  // The socket is owned by the server and valid until its on_close callback returns.
  Result<WebSocket*> accept_websocket(WebSocketOptions options);

 private:
  friend class HttpProtocol;
  enum class State : std::uint8_t { open, streaming, done };

  void end(const Result<void>& result);  // the handler's task ended
  void peer_gone();                      // from the protocol; may destroy this object
  void wake_drained();

  HttpProtocol* protocol_;  // null once the connection is gone, or given to a WebSocket
  HttpRequest request_;
  std::shared_ptr<void> context_;
  CancelSource cancel_;
  Completion<Result<void>>* drained_ = nullptr;  // in the frame of drained()
  State state_ = State::open;
};

}  // namespace chela::net
