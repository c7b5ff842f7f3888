#pragma once

// The opening handshake of RFC 6455 section 4, server side. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/net/http_codec.hpp"
#include "kernel/core/net/http_types.hpp"

namespace chela::net {

// Whether the client asks for a WebSocket at all; the request may still be a malformed one.
bool wants_websocket(const RequestHead& head);

// Nothing when the handshake is sound; otherwise 400, or 426 for another version than 13.
std::optional<Refusal> check_websocket_handshake(const RequestHead& head);

// What the client offers in Sec-WebSocket-Protocol, in its order. The views live as long as `head`.
std::vector<std::string_view> offered_subprotocols(const RequestHead& head);

// The value of Sec-WebSocket-Accept.
std::string websocket_accept_value(std::string_view key);

}  // namespace chela::net
