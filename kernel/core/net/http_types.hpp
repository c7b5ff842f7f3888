#pragma once

// A request and a response of HTTP/1.1, without any sockets. Any thread, one at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/headers.hpp"
#include "kernel/core/net/peer_address.hpp"

namespace chela::net {

// What is known once the header section was read. Everything in it was checked by the codec (http_codec.hpp).
struct RequestHead {
  std::string method;  // as sent; methods are case-sensitive
  std::string target;  // as sent
  // The one path that routing and authorisation see: percent-decoded once, absolute, valid UTF-8, without `..`, `.`,
  // empty segments, backslashes, encoded slashes and control characters; "*" for `OPTIONS *`.
  std::string path;
  std::string query;  // as sent, without the question mark
  Headers headers;
  PeerAddress peer;       // of the socket; who a proxy speaks for is the gateway's business
  std::string id;         // of this request, for logs and error messages; unique within the process
  int version_minor = 1;  // of HTTP/1.x: 0 or 1
  bool has_body = false;  // a body follows
  std::optional<std::uint64_t> content_length{};  // its size where declared

  // The first query parameter of that name, decoded (%XX and +); empty text for a name without a value.
  std::optional<std::string> query_value(std::string_view name) const;
};

struct HttpRequest : RequestHead {
  std::string body;  // complete, without transfer coding
};

struct HttpResponse {
  int status = 200;
  Headers headers{};  // without Content-Length, Transfer-Encoding, Connection and Date: the server writes these
  std::string body{};
};

// "Not Found"; "Unknown" for a status without a name.
std::string_view reason_phrase(int status);
// The status that fits an error of the kernel: 404 for not_found, 503 for unavailable, 500 for internal, ...
int status_of(ErrorCode code);
// {"error":{"code":"denied","message":"..."}} with that status.
HttpResponse error_response(int status, const Error& error);

// A comma-separated list header without blanks and empty members, over all fields of that name, in order.
std::vector<std::string_view> list_values(const Headers& headers, std::string_view name);

}  // namespace chela::net
