#include "kernel/core/net/http_protocol.hpp"

#include <fmt/format.h>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/net/connection_group.hpp"
#include "kernel/core/net/response_writer.hpp"
#include "kernel/core/net/websocket_handshake.hpp"

namespace chela::net {
namespace {

ErrorCode code_of_refusal(int status) {
  switch (status) {
    case 405:
    case 501:
    case 505:
      return ErrorCode::unsupported;
    case 408:
      return ErrorCode::timed_out;
    case 413:
    case 414:
    case 431:
      return ErrorCode::too_large;
    case 503:
      return ErrorCode::exhausted;
    default:
      return ErrorCode::invalid_argument;
  }
}

}  // namespace

HttpProtocol::HttpProtocol(Connection& connection, HttpProtocolContext& context)
    : connection_(connection), context_(context) {
  connection_.set_deadline(context_.loop.now() + context_.limits.deadlines.head);
}

void HttpProtocol::on_bytes(std::span<char> bytes) {
  std::string_view input(bytes.data(), bytes.size());
  if (phase_ != Phase::handling && phase_ != Phase::upgraded && read_ahead_.empty()) advance(input);
  if (input.empty() || phase_ == Phase::ended) return;
  if (read_ahead_used_ > read_ahead_.size() / 2) {  // a pipeline that never runs dry must not grow for good
    read_ahead_.erase(0, read_ahead_used_);
    read_ahead_used_ = 0;
  }
  read_ahead_ += input;
  if (read_ahead_.size() - read_ahead_used_ > context_.limits.transport.read_ahead_max) connection_.pause_reading();
}

void HttpProtocol::advance(std::string_view& input) {
  while (phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body) {
    if (phase_ == Phase::idle) {
      // A peer that asks and asks and reads no answers waits for itself, not in our memory.
      if (input.empty() || connection_.over_high_water()) return;
      begin_request();
    }
    switch (parser_->feed(input)) {
      case RequestParser::Step::need_more:
        return;
      case RequestParser::Step::head:
        on_head(!input.empty());
        break;
      case RequestParser::Step::complete:
        start_exchange();
        break;
      case RequestParser::Step::refused:
        ++context_.counters.malformed;
        return refuse(*parser_->refusal());
    }
  }
}

void HttpProtocol::begin_request() {
  phase_ = Phase::head;
  is_head_ = false;
  parser_ = std::make_unique<RequestParser>(context_.limits.http);
  connection_.set_deadline(context_.loop.now() + context_.limits.deadlines.head);
}

void HttpProtocol::on_head(bool more_input) {
  RequestHead& head = parser_->head();
  head.peer = connection_.peer();
  head.id = fmt::format("{}-{:x}", context_.id_prefix, ++context_.counters.requests);
  keep_alive_ = parser_->keep_alive();
  is_head_ = head.method == "HEAD";
  chunked_ = head.version_minor == 1;
  Admission admission = context_.service.admit(head);
  if (admission.refusal) {
    if (head.has_body) keep_alive_ = false;  // the body would be read as the next request
    if (auto sent = send(std::move(*admission.refusal)); !sent) {
      (void)send(error_response(500, {ErrorCode::internal, "the refusal could not be written"}));
    }
    return release();
  }
  parser_->admit(admission.body_size_max);
  if (parser_->refusal()) return;  // the next feed() says so
  admitted_ = std::move(admission.context);
  if (parser_->expects_continue() && !more_input) connection_.write(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
  phase_ = Phase::body;
  body_started_ = context_.loop.now();
  if (head.has_body) connection_.set_deadline(body_deadline());
}

TimePoint HttpProtocol::body_deadline() const {
  const auto& limits = context_.limits.deadlines;
  auto earned = std::chrono::milliseconds(parser_->body_size() * 1000 / limits.body_bytes_per_second_min);
  return body_started_ + std::min<Duration>(limits.body_total, limits.body_grace + earned);
}

void HttpProtocol::start_exchange() {
  phase_ = Phase::handling;
  connection_.clear_deadline();
  auto exchange = std::make_unique<HttpExchange>(*this, parser_->take(), std::move(admitted_));
  parser_.reset();
  exchange_ = exchange.get();
  if (peer_ended_) exchange->cancel_.cancel();
  context_.loop.spawn("http request", run(context_.service, std::move(exchange)));
}

Task<Result<void>> HttpProtocol::run(HttpService& service, std::unique_ptr<HttpExchange> exchange) {
  auto result = co_await service.handle(*exchange);
  bool peer_gone = exchange->cancel_token().cancelled();
  exchange->end(result);
  if (result || peer_gone) co_return Result<void>{};
  const auto& request = exchange->request();
  co_return fail(fmt::format("{} {} [{}]", request.method, request.path, request.id), std::move(result.error()));
}

Result<void> HttpProtocol::send(HttpResponse response) {
  std::string out;
  bool has_body = allows_body(response.status);
  ResponseFrame frame{.keep_alive = keep_alive_ && !context_.draining, .date = connection_.group().date()};
  if (has_body) frame.content_length = response.body.size();
  CHELA_CHECK(write_head(out, response.status, response.headers, frame));
  keep_alive_ = frame.keep_alive;
  connection_.write(std::move(out));
  if (has_body && !is_head_) connection_.write(std::move(response.body));
  return {};
}

Result<void> HttpProtocol::start_stream(int status, const Headers& headers) {
  std::string out;
  if (!chunked_) keep_alive_ = false;
  ResponseFrame frame{.chunked = chunked_ && allows_body(status),
                      .keep_alive = keep_alive_ && !context_.draining,
                      .date = connection_.group().date()};
  CHELA_CHECK(write_head(out, status, headers, frame));
  keep_alive_ = frame.keep_alive;
  chunked_ = frame.chunked;
  if (!allows_body(status)) is_head_ = true;  // nothing may follow
  connection_.write(std::move(out));
  return {};
}

WriteState HttpProtocol::write_piece(std::string_view bytes) {
  if (is_head_ || bytes.empty()) return WriteState::ok;
  if (!chunked_) return connection_.write(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  write_chunk(out, bytes);
  return connection_.write(std::move(out));
}

void HttpProtocol::finish_stream() {
  if (!chunked_ || is_head_) return;
  std::string out;
  write_last_chunk(out);
  connection_.write(std::move(out));
}

Result<WebSocket*> HttpProtocol::upgrade(const HttpRequest& request, WebSocketOptions options) {
  Headers headers{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  headers.add("Sec-WebSocket-Accept", websocket_accept_value(request.headers.value_or("sec-websocket-key", "")));
  if (!options.subprotocol.empty()) headers.add("Sec-WebSocket-Protocol", options.subprotocol);
  for (auto field : options.headers) headers.add(field.name, field.value);
  std::string out;
  CHELA_CHECK(write_head(out, 101, headers, {}));
  connection_.write(std::move(out));
  upgraded_.reset(new WebSocket(connection_, options.limits));
  phase_ = Phase::upgraded;
  connection_.wake();  // the socket takes over outside of this stack
  return upgraded_.get();
}

void HttpProtocol::release() {
  exchange_ = nullptr;
  parser_.reset();
  if (!keep_alive_ || context_.draining) return end();
  phase_ = Phase::idle;
  connection_.set_deadline(context_.loop.now() + context_.limits.deadlines.keep_alive);
  if (!read_ahead_.empty() || peer_ended_) connection_.wake();
}

void HttpProtocol::end() {
  phase_ = Phase::ended;
  connection_.finish();
}

void HttpProtocol::refuse(const Refusal& refusal) {
  keep_alive_ = false;
  auto response = error_response(refusal.status, {code_of_refusal(refusal.status), refusal.message});
  if (refusal.status == 405) response.headers.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (refusal.status == 503) response.headers.add("Retry-After", "5");
  auto sent = send(std::move(response));
  CHELA_ASSERT(sent, "a refusal has well-formed headers");
  end();
  parser_.reset();
}

std::unique_ptr<Protocol> HttpProtocol::on_tick() {
  if (phase_ == Phase::upgraded) {
    WebSocket& socket = *upgraded_;
    socket.start();
    std::span<char> input(read_ahead_.data() + read_ahead_used_, read_ahead_.size() - read_ahead_used_);
    if (!input.empty()) socket.on_bytes(input);
    if (peer_ended_) socket.on_end();
    if (context_.draining) socket.on_shutdown();  // it came too late to be told
    return std::unique_ptr<Protocol>(upgraded_.release());
  }
  if (phase_ != Phase::idle) return nullptr;
  std::string_view input = std::string_view(read_ahead_).substr(read_ahead_used_);
  advance(input);
  read_ahead_used_ = read_ahead_.size() - input.size();
  if (input.empty()) {
    std::string().swap(read_ahead_);
    read_ahead_used_ = 0;
    connection_.resume_reading();
  }
  bool waits = phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body;
  if (peer_ended_ && waits && input.empty()) end();
  return nullptr;
}

void HttpProtocol::on_end() {
  peer_ended_ = true;
  if (exchange_) return exchange_->cancel_.cancel();  // may end the exchange
  if (phase_ == Phase::upgraded || !read_ahead_.empty()) return connection_.wake();
  end();
}

void HttpProtocol::on_deadline() {
  auto now = context_.loop.now();
  if (phase_ == Phase::idle) {
    if (!connection_.over_high_water()) return end();
    return connection_.set_deadline(now + context_.limits.deadlines.keep_alive);  // of the transport: write_stall
  }
  if (phase_ == Phase::head) return refuse({408, "the headers did not arrive in time"});
  if (phase_ != Phase::body) return;
  if (body_deadline() > now) return connection_.set_deadline(body_deadline());
  refuse({408, "the body did not arrive in time"});
}

void HttpProtocol::on_drained() {
  if (exchange_) return exchange_->wake_drained();
  if (phase_ == Phase::idle) connection_.wake();  // for the requests that were held back
}

void HttpProtocol::on_shutdown() {
  if (phase_ == Phase::idle && read_ahead_.empty()) end();
}

void HttpProtocol::on_closed(const Error& error) {
  phase_ = Phase::ended;
  if (upgraded_) return upgraded_->on_closed(error);
  if (auto* exchange = std::exchange(exchange_, nullptr)) exchange->peer_gone();
}

}  // namespace chela::net
