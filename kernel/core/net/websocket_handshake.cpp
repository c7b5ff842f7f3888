#include "kernel/core/net/websocket_handshake.hpp"

#include <algorithm>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::net {
namespace {

// 16 bytes in base64: 22 digits, of which the last carries only two bits, and two pads.
bool is_valid_key(std::string_view key) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view kLastDigits = "AQgw";
  return key.size() == 24 && key.ends_with("==") && kLastDigits.find(key[21]) != std::string_view::npos &&
         std::ranges::all_of(key.substr(0, 22), [&](char c) { return kDigits.find(c) != std::string_view::npos; });
}

}  // namespace

bool wants_websocket(const RequestHead& head) {
  return head.headers.has_token("upgrade", "websocket");
}

std::optional<Refusal> check_websocket_handshake(const RequestHead& head) {
  if (head.method != "GET") return Refusal{400, "a WebSocket is opened with GET"};
  if (head.version_minor == 0) return Refusal{400, "a WebSocket is opened with HTTP/1.1"};
  if (head.has_body) return Refusal{400, "a WebSocket is opened without a body"};
  if (!wants_websocket(head) || !head.headers.has_token("connection", "upgrade")) {
    return Refusal{426, "this address speaks WebSocket: send Connection: Upgrade and Upgrade: websocket"};
  }
  if (head.headers.count("sec-websocket-version") != 1 || head.headers.value_or("sec-websocket-version", "") != "13") {
    return Refusal{426, "the only WebSocket version spoken here is 13"};
  }
  if (head.headers.count("sec-websocket-key") != 1 || !is_valid_key(*head.headers.find("sec-websocket-key"))) {
    return Refusal{400, "the Sec-WebSocket-Key is not 16 bytes in base64"};
  }
  return std::nullopt;
}

std::vector<std::string_view> offered_subprotocols(const RequestHead& head) {
  return list_values(head.headers, "sec-websocket-protocol");
}

std::string websocket_accept_value(std::string_view key) {
  auto digest = sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace chela::net
