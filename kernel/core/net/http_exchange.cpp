#include "kernel/core/net/http_exchange.hpp"

#include "kernel/core/base/assert.hpp"
#include "kernel/core/net/http_protocol.hpp"
#include "kernel/core/net/websocket_handshake.hpp"

namespace chela::net {
namespace {

std::unexpected<Error> peer_is_gone() {
  return fail(ErrorCode::unavailable, "answering a request: the client is gone");
}

}  // namespace

HttpExchange::HttpExchange(HttpProtocol& protocol, HttpRequest request, std::shared_ptr<void> context)
    : protocol_(&protocol), request_(std::move(request)), context_(std::move(context)) {}

HttpExchange::~HttpExchange() {
  if (!protocol_) return;
  // The frame was destroyed before the handler had ended: the loop is being torn down.
  protocol_->exchange_ = nullptr;
  protocol_->connection_.abort({ErrorCode::cancelled, "the request was given up"});
}

Result<void> HttpExchange::respond(HttpResponse response) {
  CHELA_ASSERT(state_ == State::open, "a request is answered once");
  if (!protocol_) return peer_is_gone();
  CHELA_CHECK(protocol_->send(std::move(response)));
  state_ = State::done;
  std::exchange(protocol_, nullptr)->release();
  return {};
}

Result<void> HttpExchange::start_stream(int status, const Headers& headers) {
  CHELA_ASSERT(state_ == State::open, "a request is answered once");
  if (!protocol_) return peer_is_gone();
  CHELA_CHECK(protocol_->start_stream(status, headers));
  state_ = State::streaming;
  return {};
}

WriteState HttpExchange::write(std::string_view bytes) {
  if (!protocol_ || state_ != State::streaming) return WriteState::closed;
  return protocol_->write_piece(bytes);
}

void HttpExchange::finish() {
  if (state_ != State::streaming) return;
  state_ = State::done;
  if (!protocol_) return;
  protocol_->finish_stream();
  std::exchange(protocol_, nullptr)->release();
}

Task<Result<void>> HttpExchange::drained(CancelToken cancel) {
  if (!protocol_) co_return peer_is_gone();
  if (!protocol_->connection_.over_high_water()) co_return Result<void>{};
  CHELA_ASSERT(!drained_, "one waits for a stream to drain at a time");
  struct Waiting {
    HttpExchange& exchange;
    Completion<Result<void>> done;
    explicit Waiting(HttpExchange& owner) : exchange(owner) { exchange.drained_ = &done; }
    ~Waiting() { exchange.drained_ = nullptr; }
  } waiting(*this);
  auto stopped = cancel.on_cancel([&] { waiting.done.set(fail(ErrorCode::cancelled, "cancelled")); });
  auto gone = cancel_.token().on_cancel([&] { waiting.done.set(peer_is_gone()); });
  co_return co_await waiting.done.wait();
}

Result<WebSocket*> HttpExchange::accept_websocket(WebSocketOptions options) {
  CHELA_ASSERT(state_ == State::open, "a request is answered once");
  if (!protocol_) return peer_is_gone();
  if (auto refusal = check_websocket_handshake(request_)) {
    auto response = error_response(refusal->status, {ErrorCode::protocol, refusal->message});
    if (refusal->status == 426) {
      response.headers.add("Upgrade", "websocket");
      response.headers.add("Sec-WebSocket-Version", "13");
    }
    CHELA_CHECK(respond(std::move(response)));
    return fail(ErrorCode::protocol, "opening a WebSocket: {}", refusal->message);
  }
  CHELA_TRY(WebSocket * socket, protocol_->upgrade(request_, std::move(options)));
  state_ = State::done;
  protocol_->exchange_ = nullptr;
  protocol_ = nullptr;
  return socket;
}

void HttpExchange::end(const Result<void>& result) {
  if (!protocol_) return;
  if (state_ == State::open) {
    auto message = fmt::format("the request failed inside the gateway; its log says why under request {}", request_.id);
    auto sent = respond(error_response(500, {ErrorCode::internal, std::move(message)}));
    CHELA_ASSERT(sent, "a plain error has well-formed headers");
  } else if (result) {
    finish();
  } else {
    auto* protocol = std::exchange(protocol_, nullptr);
    protocol->exchange_ = nullptr;
    protocol->connection_.abort(result.error());  // without the last chunk, so that the client can tell
  }
}

void HttpExchange::peer_gone() {
  protocol_ = nullptr;
  cancel_.cancel();  // may end the task and destroy this object
}

void HttpExchange::wake_drained() {
  if (drained_) drained_->set({});
}

}  // namespace chela::net
