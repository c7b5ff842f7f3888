#pragma once

// WebSocket frames (RFC 6455) from and to bytes, for both sides, without sockets and without extensions.
// Strict: reserved bits and opcodes, masking by side, control frames whole and at most 125 bytes, shortest length
// form, close codes, UTF-8 checked as it arrives. Loop thread only.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernel/core/net/limits.hpp"
#include "kernel/core/net/utf8_stream.hpp"

namespace chela::net {

enum class WebSocketRole : std::uint8_t { server, client };
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// One row per close code of RFC 6455 section 7.4.1 that has a meaning here.
#define CHELA_CLOSE_CODE_MAP(X)                                                                             \
  X(normal, 1000, "the peer wished to end; its close frame is answered with its own code, this or another") \
  X(going_away, 1001, "the gateway is stopping")                                                            \
  X(protocol_error, 1002, "a frame breaks RFC 6455")                                                        \
  X(unsupported_data, 1003, "a binary message came where only text is understood")                          \
  X(none, 1005, "never sent: stands for a close frame without a code")                                      \
  X(abnormal, 1006, "never sent: stands for a connection that ended without a close frame")                 \
  X(invalid_data, 1007, "a text is not UTF-8")                                                              \
  X(policy_violation, 1008,                                                                                 \
    "a limit on rate or number, silence, a slow reader, or access that has ended; the "                     \
    "reason says which")                                                                                    \
  X(too_big, 1009, "a message is above its limit")

struct CloseCode {
#define CHELA_CLOSE_CODE(name, code, meaning) static constexpr std::uint16_t name = code;
  CHELA_CLOSE_CODE_MAP(CHELA_CLOSE_CODE)
#undef CHELA_CLOSE_CODE
};
// Whether a close frame may carry it: 1000..1003, 1007..1014, 3000..4999.
bool is_valid_close_code(std::uint16_t code);

// Appends one frame. A client's frames are masked with a fresh random key.
void append_frame(std::string& out, WebSocketRole role, Opcode opcode, std::string_view payload, bool final = true);
// Appends a close frame; `none` writes an empty one. The reason is cut to 123 bytes.
void append_close(std::string& out, WebSocketRole role, std::uint16_t code, std::string_view reason);

class WebSocketDecoder {
 public:
  enum class Kind : std::uint8_t { need_more, text, binary, ping, pong, close, failed };
  struct Event {
    Kind kind = Kind::need_more;
    std::string_view payload;  // of messages and pings, valid until the next call; the reason of close and failed
    std::uint16_t code = 0;    // close: the peer's code (`none` when it gave none); failed: the code to close with
  };

  // `role` is our own: a server demands masked frames, a client refuses them.
  WebSocketDecoder(WebSocketRole role, std::size_t message_size_max, std::size_t fragments_max);

  // Takes bytes from the front of `input` up to the next event; they are unmasked in place. After `close` and
  // `failed` it takes nothing any more.
  Event next(std::span<char>& input);

 private:
  struct Header {
    Opcode opcode = Opcode::text;
    bool final = false;
    std::uint32_t mask = 0;  // its lowest byte belongs to the next payload byte
    std::uint64_t left = 0;  // payload bytes still to come
  };

  std::optional<Event> take_header(std::span<char>& input);
  std::optional<Event> check_first_bytes();
  std::optional<Event> begin_frame(std::span<const std::uint8_t> head);
  std::optional<Event> take_payload(std::span<char>& input);
  std::optional<Event> take_data(std::string_view payload, bool frame_ends);
  std::optional<Event> take_control(std::string_view payload, bool frame_ends);
  Event control_event(std::string_view payload);
  Event fail(std::uint16_t code, std::string_view reason);

  std::string message_;  // the fragments received so far
  std::string control_;  // a control frame that came in pieces
  Header frame_;
  Utf8Stream utf8_;
  std::uint32_t message_size_max_;
  std::uint32_t fragments_max_;
  std::uint32_t fragments_ = 0;
  std::uint8_t head_[14];  // a frame header that came in pieces
  std::uint8_t head_size_ = 0;
  WebSocketRole role_;
  Opcode message_opcode_ = Opcode::continuation;  // of the message under way; continuation: none
  bool in_frame_ = false;
  bool ended_ = false;
  bool clear_message_ = false;  // its view was handed out by the last call
  bool clear_control_ = false;
};

}  // namespace chela::net
