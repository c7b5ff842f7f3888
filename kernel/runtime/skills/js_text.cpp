#include "kernel/runtime/skills/js_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0;
}

struct Sequence {
  std::size_t length;
  bool sound;
};

// Table 3-7 of the Unicode standard; of what is malformed, the longest beginning that could have become a character.
Sequence sequence_at(std::string_view text, std::size_t at) {
  auto first = byte_at(text, at);
  if (first < 0x80) return {1, true};
  if (first < 0xC2 || first > 0xF4) return {1, false};
  std::size_t wanted = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  std::uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < wanted; ++i) {
    auto next = byte_at(text, at + i);
    if (at + i >= text.size() || next < low || next > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {wanted, true};
}

// The order of ICU's root collation for ASCII. Letters weigh the same in both cases until everything else is equal.
constexpr std::string_view kPunctuation = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

constexpr std::array<std::uint8_t, 128> make_weights() {
  std::array<std::uint8_t, 128> weights{};  // control characters are ignored: 0
  weights['\t'] = 1, weights['\n'] = 2, weights['\v'] = 3, weights['\f'] = 4, weights['\r'] = 5, weights[' '] = 6;
  std::uint8_t next = 7;
  for (char c : kPunctuation) weights[static_cast<std::uint8_t>(c)] = next++;
  for (char c = '0'; c <= '9'; ++c) weights[static_cast<std::uint8_t>(c)] = next++;
  for (char c = 'a'; c <= 'z'; ++c) {
    weights[static_cast<std::uint8_t>(c)] = weights[static_cast<std::uint8_t>(c - 32)] = next++;
  }
  return weights;
}
constexpr auto kWeights = make_weights();

// UTF-8 sorts by code point; UTF-16 puts the surrogates of what is beyond U+FFFF before U+E000 to U+FFFF.
int utf16_rank(std::uint8_t byte) {
  return byte >= 0xF0 ? 0xED00 + byte : byte >= 0xEE ? 0xEE00 + byte : byte << 8;
}

struct Weighed {
  int weight;
  std::size_t length;
};

Weighed weigh(std::string_view text, std::size_t at) {
  auto byte = byte_at(text, at);
  return byte < 0x80 ? Weighed{kWeights[byte], 1} : Weighed{256 + byte, 1};
}

int compare_weights(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (true) {
    Weighed left{0, 0}, right{0, 0};
    for (; i < a.size() && left.weight == 0; i += left.length) left = weigh(a, i);
    for (; j < b.size() && right.weight == 0; j += right.length) right = weigh(b, j);
    if (left.weight != right.weight) return left.weight < right.weight ? -1 : 1;
    if (left.weight == 0) return 0;
  }
}

}  // namespace

std::size_t space_length(std::string_view text, std::size_t at) {
  auto first = byte_at(text, at);
  if (first < 0x80) return at < text.size() && (first == ' ' || (first >= 9 && first <= 13)) ? 1 : 0;
  auto second = byte_at(text, at + 1), third = byte_at(text, at + 2);
  if (first == 0xC2) return second == 0xA0 ? 2 : 0;
  if (first == 0xE1) return second == 0x9A && third == 0x80 ? 3 : 0;
  if (first == 0xE2 && second == 0x80) return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0;
  if (first == 0xE2) return second == 0x81 && third == 0x9F ? 3 : 0;
  if (first == 0xE3) return second == 0x80 && third == 0x80 ? 3 : 0;
  if (first == 0xEF) return second == 0xBB && third == 0xBF ? 3 : 0;
  return 0;
}

std::string_view trim_start(std::string_view text) {
  while (auto length = text.empty() ? 0 : space_length(text, 0)) text.remove_prefix(length);
  return text;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (byte_at(text, at) & 0xC0) == 0x80 && text.size() - at < 3) --at;
    auto length = space_length(text, at);
    if (length == 0 || at + length != text.size()) return text;
    text.remove_suffix(length);
  }
  return text;
}

std::string_view trim_blanks(std::string_view text) {
  return trim_end(trim_start(text));
}

std::string decode_utf8(std::string_view bytes) {
  if (is_valid_utf8(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  for (std::size_t at = 0; at < bytes.size();) {
    auto [length, sound] = sequence_at(bytes, at);
    out += sound ? bytes.substr(at, length) : kReplacement;
    at += length;
  }
  return out;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return "0";
  std::array<char, 40> buffer;
  auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific);
  std::string_view written(buffer.data(), end.ptr);
  auto e = written.find('e');
  int exponent = 0;
  auto power = written.substr(e + (written[e + 1] == '+' ? 2 : 1));
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string digits;
  for (char c : written.substr(0, e)) {
    if (c != '.') digits += c;
  }
  auto count = static_cast<int>(digits.size());
  int point = exponent + 1;  // digits before the point; ECMA-262, Number::toString
  std::string out = value < 0 ? "-" : "";
  if (count <= point && point <= 21) return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  if (0 < point && point <= 21) return out + digits.insert(static_cast<std::size_t>(point), 1, '.');
  if (-6 < point && point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count > 1) digits.insert(1, 1, '.');
  return out + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (char c : text) {
    auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string_view cut_utf16(std::string_view text, std::size_t units_max) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = byte_at(text, at);
    if ((byte & 0xC0) == 0x80) continue;
    units += byte >= 0xF0 ? 2 : 1;
    if (units > units_max) return text.substr(0, at);
  }
  return text;
}

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = byte_at(text, at);
    if (byte == 0xED && byte_at(text, at + 1) >= 0xA0) {  // a lone surrogate
      auto unit =
          static_cast<unsigned>(0xD000 | ((byte_at(text, at + 1) & 0x3F) << 6) | (byte_at(text, at + 2) & 0x3F));
      out += "\\u";
      for (int shift : {12, 8, 4, 0}) out += kHex[(unit >> shift) & 15];
      at += 2;
    } else if (byte == '"' || byte == '\\') {
      out += '\\', out += text[at];
    } else if (byte < 0x20) {
      constexpr std::string_view kShort = "\b\t\n\f\r", kLetters = "btnfr";
      auto named = kShort.find(text[at]);
      if (named != std::string_view::npos) {
        out += '\\', out += kLetters[named];
      } else {
        out += "\\u00", out += kHex[byte >> 4], out += kHex[byte & 15];
      }
    } else {
      out += text[at];
    }
  }
  out += '"';
}

int compare_names(std::string_view a, std::string_view b) {
  if (int order = compare_weights(a, b)) return order;
  auto count = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < count; ++i) {  // lower case first
    if (a[i] != b[i]) return a[i] > b[i] ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

std::string name_weights(std::string_view name) {
  static_assert(std::ranges::max(kWeights) < 0x80, "what is not ASCII weighs more and stands for itself");
  std::string out;
  out.reserve(name.size());
  for (char c : name) {
    auto byte = static_cast<std::uint8_t>(c);
    auto weight = byte < 0x80 ? kWeights[byte] : byte;
    if (weight != 0) out += static_cast<char>(weight);
  }
  return out;
}

bool utf16_less(std::string_view a, std::string_view b) {
  auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  return utf16_rank(static_cast<std::uint8_t>(*left)) < utf16_rank(static_cast<std::uint8_t>(*right));
}

bool truth_of(std::string_view text, bool otherwise) {
  auto word = to_lower(trim_blanks(text));
  if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "0" || word == "no" || word == "off") return false;
  return otherwise;
}

}  // namespace chela::runtime::skills
