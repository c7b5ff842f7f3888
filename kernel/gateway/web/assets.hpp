#pragma once

#include <span>
#include <string_view>

namespace chela::gateway::web {

// One file of the web page, embedded in the binary. All members live as long as the process.
struct Asset {
  std::string_view path;         // as requested: "/chat" is the page, the others lie below "/chat/"
  std::string_view content_type; // with charset
  std::string_view bytes;
  std::string_view gzip_bytes;   // for clients that accept gzip; then send `Vary: Accept-Encoding` too
  std::string_view etag;         // quoted, of `bytes`; names are fixed, so answer If-None-Match with 304
};

struct Header {
  std::string_view name;
  std::string_view value;
};

// Any thread. The page works at any path prefix: all its addresses are relative to "/chat" without a trailing slash.
std::span<const Asset> assets();

// Any thread. What every asset is sent with (from headers.json): the strict Content-Security-Policy that the page is
// written for, `Cache-Control: no-cache` (keep, but ask) and the usual refusals.
std::span<const Header> headers();

} // namespace chela::gateway::web
