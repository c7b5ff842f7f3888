#include "kernel/core/net/head_scanner.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"

namespace chela::net {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kRequestLineSlack = 64;  // method, version and blanks around the target
constexpr char kTlsHandshake = 0x16;

// Whoever speaks something else must not wait for our deadline to learn it. The grammar looks closer.
bool ends_with_version(std::string_view line) {
  constexpr std::string_view kForm = " HTTP/x.y\r";
  if (line.size() < kForm.size()) return false;
  auto end = line.substr(line.size() - kForm.size());
  return end.starts_with(kForm.substr(0, 6)) && is_digit(end[6]) && end[7] == '.' && is_digit(end[8]);
}

// There the grammar's tabs are what readers disagree about, and nobody honest sends them.
bool says_where_the_body_ends(std::string_view line) {
  return std::ranges::any_of(std::array{"content-length"sv, "transfer-encoding"sv}, [&](std::string_view name) {
    return equal_ignoring_case(line.substr(0, name.size()), name);
  });
}

HeadScanner::Verdict refuse(int status, std::string_view message) {
  return {.status = status, .message = message};
}

}  // namespace

HeadScanner::Verdict HeadScanner::scan(std::string_view bytes, const HttpLimits& limits) {
  const std::size_t request_line_size_max = limits.target_size_max + kRequestLineSlack;
  auto in_reach = bytes.substr(0, limits.head_size_max);
  for (;;) {
    auto start = in_reach.substr(begin_, 2);
    if (start.size() == 2 && start[0] == '\r' && start[1] != '\n') return refuse(400, "this is not an HTTP request");
    if (!first_byte_checked_ && !start.empty() && start[0] != '\r') {
      first_byte_checked_ = true;
      if (start[0] == kTlsHandshake)
        return refuse(400, "this is TLS on a plain HTTP port; use http:// and ws://");
      if (!is_token_char(start[0])) return refuse(400, "this is not an HTTP request");
    }
    auto line_end = in_reach.find('\n', scanned_);
    if (line_end == std::string_view::npos) break;
    auto line = in_reach.substr(line_begin_, line_end - line_begin_);
    bool is_request_line = first_byte_checked_ && line_begin_ == begin_;
    if (is_request_line && line.size() > request_line_size_max) return refuse(414, "the request line is too long");
    scanned_ = line_begin_ = line_end + 1;
    if (line == "\r") {
      if (first_byte_checked_) return {.begin = begin_, .end = line_begin_, .status = 0, .message = {}};
      if (begin_ > 0) return refuse(400, "empty lines stand where a request is expected");
      begin_ = line_begin_;
      continue;
    }
    if (auto refused = check_line(line)) return *refused;
    if (is_request_line && !ends_with_version(line)) return refuse(400, "the request line does not end with HTTP/1.1");
  }
  scanned_ = in_reach.size();
  bool in_request_line = line_begin_ == begin_;
  if (in_request_line && in_reach.size() - begin_ > request_line_size_max) {
    return refuse(414, "the request line is too long");
  }
  if (bytes.size() >= limits.head_size_max) return refuse(431, "the header section is too large");
  return {};
}

std::optional<HeadScanner::Verdict> HeadScanner::check_line(std::string_view line) {
  if (!line.ends_with('\r')) return refuse(400, "a line ends without a carriage return");
  if (line.find('\r') != line.size() - 1) return refuse(400, "a carriage return stands within a line");
  if (line.find('\t') != std::string_view::npos && says_where_the_body_ends(line)) {
    return refuse(400, "a tab stands in Content-Length or Transfer-Encoding");
  }
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "a header is folded over two lines");
  return std::nullopt;
}

}  // namespace chela::net
