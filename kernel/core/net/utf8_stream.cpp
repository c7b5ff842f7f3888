#include "kernel/core/net/utf8_stream.hpp"

#include <cstring>

namespace chela::net {
namespace {

bool is_ascii_word(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

// The bounds of the second byte are table 3-7 of the Unicode standard.
bool Utf8Stream::feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (needed_ == 0 && i + 8 <= bytes.size() && is_ascii_word(bytes.data() + i)) {
      i += 8;
      continue;
    }
    auto byte = static_cast<std::uint8_t>(bytes[i++]);
    if (needed_ > 0) {
      if (byte < low_ || byte > high_) return false;
      --needed_;
      low_ = 0x80;
      high_ = 0xBF;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      needed_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    }
  }
  return true;
}

}  // namespace chela::net
