#pragma once

// Finds the end of a header section as its bytes arrive, and refuses what can be told before the grammar is asked:
// oversize, bare line feeds and carriage returns, folded headers, tabs in what says where the body ends, what is no HTTP. Any thread, one at a time.

#include <cstddef>
#include <optional>
#include <string_view>

#include "kernel/core/net/limits.hpp"

namespace chela::net {

class HeadScanner {
 public:
  struct Verdict {
    std::size_t begin = 0;  // of the request line: one empty line before it is skipped (RFC 9112 section 2.2)
    std::size_t end = 0;    // after the empty line; 0: more is needed
    int status = 0;         // not 0: refused
    std::string_view message;
  };

  // `bytes` is everything since the start of the request, longer at each call.
  Verdict scan(std::string_view bytes, const HttpLimits& limits);
  void reset() { *this = {}; }

 private:
  std::optional<Verdict> check_line(std::string_view line);

  std::size_t begin_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  bool first_byte_checked_ = false;
};

}  // namespace chela::net
