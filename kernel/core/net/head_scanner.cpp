#include "kernel/core/net/head_scanner.hpp"

#include <algorithm>

#include "kernel/core/net/characters.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kRequestLineSlack = 64;  // method, version and blanks around the target
constexpr char kTlsHandshake = 0x16;

HeadScanner::Verdict refuse(int status, std::string_view message) {
  return {.status = status, .message = message};
}

}  // namespace

HeadScanner::Verdict HeadScanner::scan(std::string_view bytes, const HttpLimits& limits) {
  auto in_reach = bytes.substr(0, limits.head_size_max);
  for (;;) {
    if (!first_byte_checked_ && begin_ < in_reach.size() && in_reach[begin_] != '\r') {
      first_byte_checked_ = true;
      if (in_reach[begin_] == kTlsHandshake)
        return refuse(400, "this is TLS on a plain HTTP port; use http:// and ws://");
      if (!is_token_char(in_reach[begin_])) return refuse(400, "this is not an HTTP request");
    }
    auto line_end = in_reach.find('\n', scanned_);
    if (line_end == std::string_view::npos) break;
    auto line = in_reach.substr(line_begin_, line_end - line_begin_);
    scanned_ = line_begin_ = line_end + 1;
    if (line == "\r") {
      if (first_byte_checked_) return {.begin = begin_, .end = line_begin_, .status = 0, .message = {}};
      if (begin_ > 0) return refuse(400, "empty lines stand where a request is expected");
      begin_ = line_begin_;
      continue;
    }
    if (auto refused = check_line(line)) return *refused;
  }
  scanned_ = in_reach.size();
  bool in_request_line = line_begin_ == begin_;
  if (in_request_line && in_reach.size() - begin_ > limits.target_size_max + kRequestLineSlack) {
    return refuse(414, "the request line is too long");
  }
  if (bytes.size() >= limits.head_size_max) return refuse(431, "the header section is too large");
  return {};
}

std::optional<HeadScanner::Verdict> HeadScanner::check_line(std::string_view line) {
  if (!line.ends_with('\r')) return refuse(400, "a line ends without a carriage return");
  if (line.find('\r') != line.size() - 1) return refuse(400, "a carriage return stands within a line");
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "a header is folded over two lines");
  return std::nullopt;
}

}  // namespace chela::net
