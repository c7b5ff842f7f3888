#pragma once

// What a client sends over /ws: a known envelope, or raw text. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chela::gateway {

struct SocketMessage {
  enum class Kind { user_message, stop, heartbeat, hello, attach };

  Kind kind = Kind::user_message;
  bool is_envelope = false;
  std::string text;
  std::string message_id;  // at most 128 bytes are kept
  std::string session_id;
  std::optional<std::uint64_t> after;  // of attach
};

// Text that is no known envelope is a message in raw text. A text is cut at 1,000,000 bytes.
SocketMessage read_socket_message(std::string_view payload);

}  // namespace chela::gateway
