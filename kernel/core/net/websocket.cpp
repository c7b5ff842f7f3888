#include "kernel/core/net/websocket.hpp"

#include <fmt/format.h>

#include "kernel/core/net/connection_group.hpp"

namespace chela::net {

// What ten thousand idle sockets cost is decided here.
static_assert(sizeof(Connection) + sizeof(WebSocket) <= 1024, "an idle WebSocket stays within 1.5 KB with its heap");

WebSocket::WebSocket(Connection& connection, const WebSocketLimits& limits)
    : connection_(connection),
      limits_(limits),
      decoder_(WebSocketRole::server, limits.message_size_max, limits.fragments_max),
      last_received_(connection.group().loop().now()) {}

void WebSocket::start() {
  if (state_ == State::open) set_silence_deadline();
  if (!paused_) connection_.resume_reading();
}

void WebSocket::pause_reading() {
  paused_ = true;
  connection_.pause_reading();
}

void WebSocket::resume_reading() {
  paused_ = false;
  last_received_ = connection_.group().loop().now();
  connection_.resume_reading();
}

// Silence is looked at only when a deadline passes; what arrives just notes the time.
void WebSocket::set_silence_deadline() {
  connection_.set_deadline(std::min(silence_end(), next_ping()));
}

// Whoever answers pings is not silent: the ping goes out early enough for its answer.
Duration WebSocket::ping_interval() const {
  if (limits_.receive_timeout == Duration::zero()) return limits_.ping_interval;
  return std::min(limits_.ping_interval, limits_.receive_timeout / 2);
}

// When silence ends the connection, or max.
TimePoint WebSocket::silence_end() const {
  return limits_.receive_timeout > Duration::zero() ? last_received_ + limits_.receive_timeout : TimePoint::max();
}

// When the next ping is due, or max. Without a bound of silence pings go on, so that a dead peer is noticed.
TimePoint WebSocket::next_ping() const {
  auto interval = ping_interval();
  if (interval == Duration::zero()) return TimePoint::max();
  if (!is_pinged()) return last_received_ + interval;
  return limits_.receive_timeout > Duration::zero() ? TimePoint::max() : last_pinged_ + interval;
}

WriteState WebSocket::send(Opcode opcode, std::string_view payload) {
  if (state_ != State::open) return WriteState::closed;
  auto is_over = [this] { return connection_.buffered_bytes() > limits_.queue_size_max; };
  if (is_over()) connection_.send_now();  // a burst within one tick is not yet a slow reader
  if (is_over()) {
    close(CloseCode::policy_violation, "the client reads too slowly");
    return WriteState::closed;
  }
  std::string frame;
  frame.reserve(payload.size() + 10);
  append_frame(frame, WebSocketRole::server, opcode, payload);
  return connection_.write(std::move(frame));
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  send_close(code, reason);
  state_ = State::closing;
  connection_.set_deadline(connection_.group().loop().now() + limits_.close_timeout);
}

void WebSocket::send_close(std::uint16_t code, std::string_view reason) {
  std::string frame;
  append_close(frame, WebSocketRole::server, code, reason);
  connection_.write(std::move(frame));
}

void WebSocket::on_bytes(std::span<char> bytes) {
  bool answers = is_pinged();
  last_received_ = connection_.group().loop().now();
  if (answers && state_ == State::open) set_silence_deadline();
  while (state_ != State::closed) {
    auto event = decoder_.next(bytes);
    if (event.kind == WebSocketDecoder::Kind::need_more) return;
    take(event);
  }
}

void WebSocket::take(const WebSocketDecoder::Event& event) {
  using Kind = WebSocketDecoder::Kind;
  switch (event.kind) {
    case Kind::need_more:
    case Kind::pong:
      return;
    case Kind::text:
    case Kind::binary:
      if (state_ == State::open && on_message_) on_message_(event.payload, event.kind == Kind::text);
      return;
    case Kind::ping:
      send(Opcode::pong, event.payload);
      return;
    case Kind::close:
      if (state_ == State::open) send_close(event.code, {});
      connection_.finish();
      return end(event.code, event.payload, true);
    case Kind::failed:
      if (state_ == State::open) send_close(event.code, event.payload);
      connection_.finish();
      return end(event.code, event.payload, false);
  }
}

void WebSocket::on_end() {
  connection_.finish();
  end(CloseCode::abnormal, "the client closed the connection without a close frame", false);
}

void WebSocket::on_deadline() {
  if (state_ == State::closed) return;
  if (state_ == State::closing) {
    connection_.abort({ErrorCode::timed_out, "the client did not answer the close frame"});
    return end(CloseCode::abnormal, "the client did not answer the close frame", false);
  }
  auto now = connection_.group().loop().now();
  if (paused_) last_received_ = now;
  if (now >= silence_end()) return close(CloseCode::policy_violation, "nothing was received for too long");
  if (now >= next_ping()) {
    send(Opcode::ping, {});
    if (state_ != State::open) return;
    last_pinged_ = now;
  }
  set_silence_deadline();
}

void WebSocket::on_shutdown() {
  close(CloseCode::going_away, "the server is stopping");
}

void WebSocket::on_closed(const Error& error) {
  end(CloseCode::abnormal, error.message, false);
}

void WebSocket::end(std::uint16_t code, std::string_view reason, bool clean) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  on_message_ = nullptr;
  auto handler = std::exchange(on_close_, nullptr);
  if (handler) handler({.code = code, .reason = reason, .clean = clean});
}

}  // namespace chela::net
