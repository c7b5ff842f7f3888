#pragma once

// UTF-8 checked as it arrives (RFC 3629): the first byte that cannot continue a valid text is refused at once.
// Eight bytes of state. Any thread, one at a time.

#include <cstdint>
#include <string_view>

namespace chela::net {

class Utf8Stream {
 public:
  bool feed(std::string_view bytes);              // false: these bytes cannot be valid text
  bool complete() const { return needed_ == 0; }  // no code point is cut off
  void reset() { *this = {}; }

 private:
  std::uint8_t needed_ = 0;  // bytes still to come of this code point
  std::uint8_t low_ = 0x80;  // bounds of the next one
  std::uint8_t high_ = 0xBF;
};

}  // namespace chela::net
