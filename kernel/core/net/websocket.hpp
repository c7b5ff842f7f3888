#pragma once

// A WebSocket after its handshake: the server's side of one connection. Loop thread only.
// Pings are answered, silence is ended, a peer that does not read is closed with 1008. An idle socket costs its
// memory and one ping per interval.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/core/net/connection.hpp"
#include "kernel/core/net/headers.hpp"
#include "kernel/core/net/websocket_codec.hpp"

namespace chela::net {

struct WebSocketOptions {
  std::string subprotocol{};  // the one that was selected of offered_subprotocols(); empty: none
  Headers headers{};          // more headers for the 101 response
  WebSocketLimits limits{};
};

struct WebSocketClose {
  std::uint16_t code = 0;   // the peer's code; 1005 without one, 1006 when the connection broke, ours when we refused
  std::string_view reason;  // valid during the callback
  bool clean = false;       // both close frames were exchanged
};

// Owned by the server; valid until the on_close callback returns, which comes exactly once and always from the loop,
// never from inside a call of its user. on_message is never called after on_close.
class WebSocket final : private Protocol {
 public:
  // The payload is valid during the call.
  using MessageHandler = std::move_only_function<void(std::string_view payload, bool is_text)>;
  using CloseHandler = std::move_only_function<void(const WebSocketClose&)>;

  void on_message(MessageHandler handler) { on_message_ = std::move(handler); }
  void on_close(CloseHandler handler) { on_close_ = std::move(handler); }

  // One message. `payload` must be valid UTF-8. Above queue_size_max the socket is closed with 1008 and `closed`
  // returned. Messages of one loop tick leave in one packet.
  WriteState send_text(std::string_view payload) { return send(Opcode::text, payload); }
  WriteState send_binary(std::string_view payload) { return send(Opcode::binary, payload); }
  // Starts the closing handshake; later sends answer `closed`. Messages of the peer are dropped from now on.
  void close(std::uint16_t code, std::string_view reason);

  // Back-pressure: what the peer sends stays with the kernel of the system. on_message may come once more for each
  // message of the bytes that were read before. A peer that is not read is not silent.
  void pause_reading();
  void resume_reading();

  bool is_open() const { return state_ == State::open; }
  std::size_t buffered_bytes() const { return connection_.buffered_bytes(); }  // that the peer has not taken
  const PeerAddress& peer() const { return connection_.peer(); }

 private:
  friend class HttpProtocol;
  enum class State : std::uint8_t { open, closing, closed };

  WebSocket(Connection& connection, const WebSocketLimits& limits);

  void start();  // once the 101 response is queued; reads on, unless its user has paused it
  Duration ping_interval() const;
  TimePoint silence_end() const;
  TimePoint next_ping() const;
  bool is_pinged() const { return last_pinged_ > last_received_; }  // and has not answered
  void set_silence_deadline();
  WriteState send(Opcode opcode, std::string_view payload);
  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_deadline() override;
  void on_shutdown() override;
  void on_closed(const Error& error) override;
  void take(const WebSocketDecoder::Event& event);
  void send_close(std::uint16_t code, std::string_view reason);
  void end(std::uint16_t code, std::string_view reason, bool clean);

  Connection& connection_;
  WebSocketLimits limits_;
  WebSocketDecoder decoder_;
  MessageHandler on_message_;
  CloseHandler on_close_;
  TimePoint last_received_;
  TimePoint last_pinged_;
  State state_ = State::open;
  bool paused_ = false;
};

}  // namespace chela::net
