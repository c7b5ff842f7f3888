#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

bool continues(std::string_view text, std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
  if (at >= text.size()) return false;
  const unsigned byte = static_cast<unsigned char>(text[at]);
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(text, 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    const unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
    return continues(text, 1, low, high) && continues(text, 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // at most U+10FFFF
    return continues(text, 1, low, high) && continues(text, 2) && continues(text, 3) ? 4 : 0;
  }
  return 0;
}

std::string to_valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : utf8_length(text.substr(i));
    if (length == 0) {
      result += "\xEF\xBF\xBD";
      ++i;
    } else {
      result.append(text.substr(i, length));
      i += length;
    }
  }
  return result;
}

std::string binary_kind(std::string_view start) {
  struct Magic {
    std::string_view bytes;
    const char* kind;
  };
  static const Magic table[] = {{std::string_view("\x89PNG\r\n\x1a\n", 8), "a PNG image"},
                                {std::string_view("\xFF\xD8\xFF", 3), "a JPEG image"},
                                {std::string_view("GIF8", 4), "a GIF image"},
                                {std::string_view("%PDF-", 5), "a PDF document"},
                                {std::string_view("PK\x03\x04", 4), "a ZIP archive (or an office document)"},
                                {std::string_view("\x1f\x8b", 2), "a gzip archive"},
                                {std::string_view("\x28\xb5\x2f\xfd", 4), "a zstd archive"},
                                {std::string_view("\x7f" "ELF", 4), "a program or library"},
                                {std::string_view("SQLite format 3\0", 16), "an SQLite database"},
                                {std::string_view("\xFF\xFE", 2), "UTF-16 text"},
                                {std::string_view("\xFE\xFF", 2), "UTF-16 text"}};
  for (const Magic& magic : table) {
    if (start.substr(0, magic.bytes.size()) == magic.bytes) return magic.kind;
  }
  return start.find('\0') == std::string_view::npos ? "" : "binary data";
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace chela::tools::files
