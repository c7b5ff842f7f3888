#include "kernel/core/config/json5_scanner.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/code_point.hpp"
#include "kernel/core/config/identifier.hpp"

namespace chela::config {
namespace {

constexpr char32_t kLineSeparator = 0x2028;
constexpr char32_t kParagraphSeparator = 0x2029;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_blank(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == kLineSeparator || c == kParagraphSeparator || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

}  // namespace

std::size_t Json5Scanner::code_point_length() const {
  auto first = static_cast<std::uint8_t>(text_[at_]);
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

char32_t Json5Scanner::code_point() const {
  if (at_end()) return 0;
  auto first = static_cast<std::uint8_t>(text_[at_]);
  std::size_t length = code_point_length();
  if (length == 1) return first;
  char32_t value = first & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<std::uint8_t>(text_[at_ + i]) & 0x3F);
  return value;
}

bool Json5Scanner::take(char c) {
  if (peek() != c || at_end()) return false;
  ++at_;
  return true;
}

Json5Scanner::Scanned<void> Json5Scanner::skip_blank() {
  while (!at_end()) {
    if (is_blank(code_point())) {
      at_ += code_point_length();
    } else if (text_.substr(at_).starts_with("//")) {
      while (!at_end() && peek() != '\n' && peek() != '\r' && code_point() != kLineSeparator &&
             code_point() != kParagraphSeparator) {
        at_ += code_point_length();
      }
    } else if (text_.substr(at_).starts_with("/*")) {
      CHELA_CHECK(skip_block_comment());
    } else {
      break;
    }
  }
  return {};
}

Json5Scanner::Scanned<void> Json5Scanner::skip_block_comment() {
  auto end = text_.find("*/", at_ + 2);
  if (end == std::string_view::npos) return fail_at(at_, "this comment is never closed by */");
  at_ = end + 2;
  return {};
}

bool Json5Scanner::starts_number() const {
  char c = peek();
  return is_digit(c) || c == '.' || c == '+' || c == '-' || text_.substr(at_).starts_with("Infinity") ||
         text_.substr(at_).starts_with("NaN");
}

bool Json5Scanner::starts_name() const { return peek() == '\\' || starts_identifier(code_point()); }

Json5Scanner::Scanned<std::string> Json5Scanner::take_string() {
  std::size_t begin = at_;
  char quote = text_[at_++];
  std::string out;
  while (!at_end()) {
    char c = text_[at_];
    if (c == quote) {
      ++at_;
      return out;
    }
    if (c == '\n' || c == '\r') return fail_at(at_, "the line ends inside a text; end the line with \\ to go on");
    if (c == '\\') {
      ++at_;
      CHELA_CHECK(take_escape(out));
    } else {
      out += c;
      ++at_;
    }
  }
  return fail_at(begin, fmt::format("this text is never closed by {}", quote));
}

Json5Scanner::Scanned<void> Json5Scanner::take_escape(std::string& out) {
  if (at_end()) return fail_here("the rest of an escape");
  char c = text_[at_];
  if (c >= '1' && c <= '9') return fail_at(at_ - 1, fmt::format("\\{} is no escape", c));
  if (c == '0') {
    ++at_;
    if (is_digit(peek())) return fail_at(at_ - 2, "octal escapes are not JSON5");
    out += '\0';
  } else if (c == 'x' || c == 'u') {
    ++at_;
    CHELA_TRY(char32_t value, c == 'x' ? take_hex_escape(2) : take_unicode_escape());
    append_code_point(out, value);
  } else if (c == '\r') {
    at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
  } else if (c == '\n') {
    ++at_;
  } else if (auto at = std::string_view("bfnrtv").find(c); at != std::string_view::npos) {
    out += "\b\f\n\r\t\v"[at];
    ++at_;
  } else {
    std::size_t length = code_point_length();
    bool continued = code_point() == kLineSeparator || code_point() == kParagraphSeparator;
    if (!continued) out += text_.substr(at_, length);
    at_ += length;
  }
  return {};
}

Json5Scanner::Scanned<char32_t> Json5Scanner::take_hex_escape(std::size_t digits) {
  auto hex = text_.substr(at_, digits);
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + digits) {
    return fail_at(at_, fmt::format("the escape wants {} hexadecimal digits", digits));
  }
  at_ += digits;
  return value;
}

Json5Scanner::Scanned<char32_t> Json5Scanner::take_unicode_escape() {
  std::size_t begin = at_ - 2;
  CHELA_TRY(char32_t high, take_hex_escape(4));
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high <= 0xDBFF && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    CHELA_TRY(char32_t low, take_hex_escape(4));
    if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }
  return fail_at(begin, "half of a surrogate pair is no character");
}

Json5Scanner::Scanned<std::string> Json5Scanner::take_name() {
  std::string out;
  while (!at_end()) {
    std::size_t begin = at_;
    char32_t c = code_point();
    if (c == '\\') {
      ++at_;
      if (!take('u')) return fail_at(begin, "a name may hold only \\u escapes");
      CHELA_TRY(c, take_unicode_escape());
    } else {
      at_ += code_point_length();
    }
    if (out.empty() ? !starts_identifier(c) : !continues_identifier(c)) {
      if (text_[begin] == '\\') return fail_at(begin, "the escaped character may not stand in a name without quotes");
      at_ = begin;
      break;
    }
    append_code_point(out, c);
  }
  return out;
}

std::size_t Json5Scanner::take_digits() {
  std::size_t begin = at_;
  while (is_digit(peek())) ++at_;
  return at_ - begin;
}

Json5Scanner::Scanned<nlohmann::json> Json5Scanner::take_number() {
  bool negative = peek() == '-';
  if (negative || peek() == '+') ++at_;
  std::size_t begin = at_;
  bool hexadecimal = false;
  if (text_.substr(at_).starts_with("Infinity")) {
    at_ += 8;
  } else if (text_.substr(at_).starts_with("NaN")) {
    at_ += 3;
  } else if (text_.substr(at_).starts_with("0x") || text_.substr(at_).starts_with("0X")) {
    hexadecimal = true;
    at_ += 2;
    while (is_hex_digit(peek())) ++at_;
    if (at_ == begin + 2) return fail_here("a hexadecimal digit");
  } else {
    bool leading_zero = peek() == '0';
    std::size_t whole = take_digits();
    if (leading_zero && whole > 1) return fail_at(begin, "a number may not start with 0; write octal values as 0x…");
    std::size_t fraction = take('.') ? take_digits() : 0;
    if (whole + fraction == 0) return fail_here("a digit");
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (take_digits() == 0) return fail_here("a digit of the exponent");
    }
  }
  if (!at_end() && (starts_name() || is_digit(peek()))) return fail_here("the end of the number");
  return number_from(begin, negative, hexadecimal);
}

// The number in [begin, at_), which is well formed.
Json5Scanner::Scanned<nlohmann::json> Json5Scanner::number_from(std::size_t begin, bool negative, bool hexadecimal) {
  std::string digits(text_.substr(begin, at_ - begin));
  double sign = negative ? -1 : 1;
  if (digits[0] == 'I') return sign * std::numeric_limits<double>::infinity();
  if (digits[0] == 'N') return std::numeric_limits<double>::quiet_NaN();
  std::size_t skipped = hexadecimal ? 2 : 0;
  std::uint64_t whole = 0;
  auto [end, error] = std::from_chars(digits.data() + skipped, digits.data() + digits.size(), whole, skipped ? 16 : 10);
  bool fits = error == std::errc() && end == digits.data() + digits.size();
  if (fits && !negative) return whole;
  if (fits && whole != 0 && whole <= std::uint64_t{1} << 63) return static_cast<std::int64_t>(0 - whole);
  double value = 0;
  auto form = hexadecimal ? std::chars_format::hex : std::chars_format::general;
  if (std::from_chars(digits.data() + skipped, digits.data() + digits.size(), value, form).ec != std::errc()) {
    value = std::strtod(digits.c_str(), nullptr);  // too large or too small: Infinity or 0
  }
  value *= sign;
  // 1.0 and 1e3 are whole numbers: JSON5 knows one kind of number only.
  bool exact = std::abs(value) <= 9007199254740992.0 && value == std::trunc(value);
  if (exact && (value != 0 || !negative)) return static_cast<std::int64_t>(value);
  return value;
}

Position Json5Scanner::locate(std::size_t offset) {
  if (offset < located_) {
    located_ = 0;
    position_ = {1, 1};
  }
  for (; located_ < offset; ++located_) {
    char c = text_[located_];
    bool line_end = c == '\n' || (c == '\r' && text_.substr(located_ + 1, 1) != "\n");
    if (line_end) {
      position_ = {position_.line + 1, 1};
    } else if ((static_cast<std::uint8_t>(c) & 0xC0) != 0x80) {
      ++position_.column;
    }
  }
  return position_;
}

std::unexpected<SyntaxError> Json5Scanner::fail_at(std::size_t offset, std::string message) const {
  return std::unexpected(SyntaxError{Json5Scanner(text_).locate(offset), std::move(message)});
}

std::unexpected<SyntaxError> Json5Scanner::fail_here(std::string_view what) const {
  if (at_end()) return fail_at(at_, fmt::format("expected {}, found the end of the text", what));
  char32_t c = code_point();
  bool shown = c > 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) && !is_blank(c);
  std::string found = shown ? fmt::format("\"{}\"", text_.substr(at_, code_point_length()))
                            : fmt::format("the character U+{:04X}", static_cast<std::uint32_t>(c));
  return fail_at(at_, fmt::format("expected {}, found {}", what, found));
}

}  // namespace chela::config
