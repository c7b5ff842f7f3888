#include "kernel/runtime/skills/scan/encoded.hpp"

#include <algorithm>
#include <array>

namespace chela::runtime::skills::scan {
namespace {

constexpr int kNone = -1;

int sextet(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  if (letter == '+' || letter == '-') return 62;
  if (letter == '/' || letter == '_') return 63;
  return kNone;
}

int nibble(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return kNone;
}

// Lenient where the library's reader is strict: a shell's `base64 -d` takes both alphabets and no padding either.
std::string from_letters(std::string_view run) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (char letter : run) {
    int value = sextet(letter);
    if (value == kNone) continue;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

std::string from_digits(std::string_view run) {
  std::string bytes;
  int high = kNone;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (run[i] == '\\') {
      ++i;  // and the x
      continue;
    }
    int value = nibble(run[i]);
    if (value == kNone) continue;
    if (high == kNone) {
      high = value;
    } else {
      bytes += static_cast<char>(high << 4 | value);
      high = kNone;
    }
  }
  return bytes;
}

// U+E0020 to U+E007E: F3 A0 80 A0 to F3 A0 81 BE.
std::string from_tags(std::string_view run) {
  std::string bytes;
  for (std::size_t i = 0; i + 3 < run.size(); i += 4) {
    bytes += static_cast<char>((run[i + 2] & 1) << 6 | (run[i + 3] & 0x3f));
  }
  return bytes;
}

bool is_text(std::string_view bytes) {
  auto odd = std::count_if(bytes.begin(), bytes.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte >= 0x7f;
  });
  return bytes.size() >= kEncodedMin && static_cast<std::size_t>(odd) * 50 <= bytes.size();
}

// How long the invisible character at the front of `text` is; 0 when there is none.
std::size_t invisible_length(std::string_view text) {
  auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if (at(0) == 0xe2 && at(1) == 0x80) {  // U+200B..F, U+202A..E
    return (at(2) >= 0x8b && at(2) <= 0x8f) || (at(2) >= 0xaa && at(2) <= 0xae) ? 3 : 0;
  }
  if (at(0) == 0xe2 && at(1) == 0x81) return at(2) >= 0xa0 && at(2) <= 0xaf ? 3 : 0;  // U+2060..F
  if (at(0) == 0xef && at(1) == 0xbb) return at(2) == 0xbf ? 3 : 0;                   // U+FEFF
  if (at(0) == 0xf3 && at(1) == 0xa0) return at(2) >= 0x80 && at(2) <= 0x87 ? 4 : 0;  // U+E0000..U+E01FF
  return at(0) == 0xc2 && at(1) == 0xad ? 2 : 0;                                       // U+00AD
}

}  // namespace

std::optional<std::string> decoded_text(std::string_view run) {
  run = run.substr(0, kEncodedMax);
  std::string bytes;
  if (run.starts_with("\xf3\xa0")) {
    bytes = from_tags(run);
  } else if (run.starts_with("\\x") || run.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
    bytes = from_digits(run);
  } else {
    bytes = from_letters(run);
    if (std::count(bytes.begin(), bytes.end(), '\0') * 3 > static_cast<std::ptrdiff_t>(bytes.size())) {
      std::erase(bytes, '\0');  // UTF-16, as PowerShell's encoded commands are
    }
  }
  if (!is_text(bytes)) return std::nullopt;
  return bytes;
}

bool has_invisible(std::string_view bytes) {
  static constexpr std::array<std::string_view, 5> kLeads{"\xe2\x80", "\xe2\x81", "\xef\xbb\xbf", "\xf3\xa0",
                                                          "\xc2\xad"};
  return std::any_of(kLeads.begin(), kLeads.end(), [&](std::string_view lead) {
    for (auto at = bytes.find(lead); at != std::string_view::npos; at = bytes.find(lead, at + 1)) {
      if (invisible_length(bytes.substr(at)) != 0) return true;
    }
    return false;
  });
}

std::string without_invisible(std::string_view bytes) {
  std::string visible;
  visible.reserve(bytes.size());
  while (!bytes.empty()) {
    auto skip = invisible_length(bytes);
    if (skip == 0) visible += bytes.front();
    bytes.remove_prefix(std::max<std::size_t>(skip, 1));
  }
  return visible;
}

}  // namespace chela::runtime::skills::scan
