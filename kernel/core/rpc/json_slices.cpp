#include "kernel/core/rpc/json_slices.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernel/core/rpc/frame.hpp"

namespace chela::rpc {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kKeptSize = 256 * 1024;  // a parser that read a larger text gives its memory back
constexpr double kIntegerMax = 9007199254740991;

// The code unit of "\\uXXXX" at `at`, the backslash's place.
std::uint32_t code_unit(std::string_view text, std::size_t at) {
  std::uint32_t unit = 0;
  std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return unit;
}

void append_code_point(std::string& out, std::uint32_t point) {
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      put(0xE0 | point >> 12);
    } else {
      put(0xF0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3F));
    }
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

// Reads the escape at `at` and goes behind it. Half of a surrogate pair, which JavaScript writes where it cut a text, is U+FFFD.
void append_escape(std::string& out, std::string_view text, std::size_t& at) {
  constexpr std::string_view kLetters = "bfnrt", kMeanings = "\b\f\n\r\t";
  char letter = text[at + 1];
  if (letter != 'u') {
    auto known = kLetters.find(letter);
    out += known == std::string_view::npos ? letter : kMeanings[known];
    at += 2;
    return;
  }
  auto point = code_unit(text, at);
  at += 6;
  bool is_high = point >= 0xD800 && point < 0xDC00;
  auto low = is_high && text.substr(at).starts_with("\\u") ? code_unit(text, at) : 0;
  if (low >= 0xDC00 && low < 0xE000) {
    point = 0x10000 + ((point - 0xD800) << 10 | (low - 0xDC00));
    at += 6;
  }
  append_code_point(out, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
}

static_assert(kFramePadding >= simdjson::SIMDJSON_PADDING);

}  // namespace

struct JsonSlices::Parser {
  ondemand::parser parser;

  // The document of `text`, or an error that makes every use of it fail.
  simdjson::simdjson_result<ondemand::document> iterate(std::string_view text) {
    if (text.size() <= kKeptSize && parser.capacity() > kKeptSize) parser = ondemand::parser();
    return parser.iterate(text, text.size() + kFramePadding);
  }
};

JsonSlices::JsonSlices() : parser_(std::make_unique<Parser>()) {}
JsonSlices::~JsonSlices() = default;

bool JsonSlices::is_utf8(std::string_view text) const { return simdjson::validate_utf8(text); }

std::optional<std::vector<JsonMember>> JsonSlices::members(std::string_view text) {
  ondemand::document document;
  ondemand::object object;
  if (!text.starts_with('{') || parser_->iterate(text).get(document) || document.get_object().get(object)) return {};
  std::vector<JsonMember> members;
  for (auto found : object) {
    ondemand::field field;
    std::string_view key, value;
    if (std::move(found).get(field)) return {};
    if (field.unescaped_key().get(key)) key = {};  // half of a surrogate pair: no name that anybody knows
    if (simdjson::to_json_string(field.value()).get(value)) return {};
    members.emplace_back(std::string(key), value);
  }
  return members;
}

std::optional<std::vector<std::string_view>> JsonSlices::items(std::string_view text) {
  ondemand::document document;
  ondemand::array array;
  if (!text.starts_with('[') || parser_->iterate(text).get(document) || document.get_array().get(array)) return {};
  std::vector<std::string_view> items;
  for (auto found : array) {
    std::string_view item;
    if (simdjson::to_json_string(std::move(found)).get(item)) return {};
    items.push_back(item);
  }
  return items;
}

std::optional<std::string> JsonSlices::string(std::string_view text) const {
  if (!text.starts_with('"')) return {};
  text = text.substr(1, text.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto escape = std::min(text.find('\\', at), text.size());
    out.append(text, at, escape - at);
    at = escape;
    if (at < text.size()) append_escape(out, text, at);
  }
  return out;
}

std::optional<std::int64_t> json_integer(std::string_view text) {
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  if (auto read = std::from_chars(text.data(), end, integer); read.ec == std::errc() && read.ptr == end) {
    if (std::abs(static_cast<double>(integer)) > kIntegerMax) return {};
    return integer;
  }
  double number = 0;
  if (auto read = std::from_chars(text.data(), end, number); read.ec != std::errc() || read.ptr != end) return {};
  if (std::trunc(number) != number || std::abs(number) > kIntegerMax) return {};
  return static_cast<std::int64_t>(number);
}

}  // namespace chela::rpc
