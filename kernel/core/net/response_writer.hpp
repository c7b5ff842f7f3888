#pragma once

// HTTP/1.1 responses as bytes, without sockets. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/net/http_types.hpp"

namespace chela::net {

// What a response says beside status and headers.
struct ResponseFrame {
  std::optional<std::uint64_t> content_length{};  // absent: chunked, or up to the end of the connection
  bool chunked = false;
  bool keep_alive = true;
  std::string_view date{};  // the value of the Date header
};

// Appends status line and headers up to the empty line. Error `invalid_argument`, and nothing appended, for a status
// outside 200..599 (or not 101), a malformed name, a CR, LF or NUL in a value, or a header that the server writes.
Result<void> write_head(std::string& out, int status, const Headers& headers, const ResponseFrame& frame);

// Whether a response with that status carries a body at all (not 1xx, 204, 304).
bool allows_body(int status);

void write_chunk(std::string& out, std::string_view bytes);  // empty bytes write nothing: that would end the body
void write_last_chunk(std::string& out);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(std::int64_t unix_ms);

}  // namespace chela::net
