#pragma once

// Server-Sent Events as text (HTML Living Standard, section 9.2). Any thread.
// A stream is an ordinary streamed response with these headers, one format_event() per write.

#include <string>
#include <string_view>

#include "kernel/core/net/headers.hpp"

namespace chela::net {

struct SseEvent {
  std::string_view data{};   // each line becomes a `data:` line; CR, LF and CRLF end a line
  std::string_view event{};  // empty: "message". Line ends in it are dropped
  std::string_view id{};     // empty: none. Line ends and NUL in it are dropped
};

// Content-Type, no caching, and no buffering in nginx.
Headers sse_headers();
void append_event(std::string& out, const SseEvent& event);
// A comment line; receivers ignore it. Sent in silence, it keeps proxies from closing the stream.
void append_comment(std::string& out, std::string_view text);

}  // namespace chela::net
