#include "kernel/core/rpc/json_slices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernel/core/base/code_point.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::rpc {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr double kIntegerMax = 9007199254740991;

// The code unit of "\\uXXXX" at `at`, the backslash's place.
std::uint32_t code_unit(std::string_view text, std::size_t at) {
  std::uint32_t unit = 0;
  std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return unit;
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

// Walks over the parts of one object or array. The text is known to be valid; were it not, the walk would end early.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) { skip(1); }

  bool at_end() const { return at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ']'; }
  // The value here. Goes on behind it and behind the sign that follows: a comma, or the colon after a key.
  std::string_view take() {
    auto begin = at_;
    auto end = std::min(end_of_value(), text_.size());
    at_ = end;
    skip(0);
    if (at_ < text_.size() && (text_[at_] == ',' || text_[at_] == ':')) skip(1);
    return text_.substr(begin, end - begin);
  }

 private:
  void skip(std::size_t signs) { at_ = std::min(text_.find_first_not_of(kBlanks, at_ + signs), text_.size()); }
  std::size_t end_of_string(std::size_t at) const {
    for (++at; at < text_.size() && text_[at] != '"'; ++at) at += text_[at] == '\\';
    return at + 1;
  }
  std::size_t end_of_value() const {
    if (text_[at_] == '"') return end_of_string(at_);
    if (text_[at_] != '{' && text_[at_] != '[') return text_.find_first_of(",:]} \t\r\n", at_ + 1);
    std::size_t depth = 0;
    for (auto at = at_; at < text_.size();) {
      char c = text_[at];
      if (c == '"') {
        at = end_of_string(at);
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at + 1;
      ++at;
    }
    return text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool JsonSlices::is_utf8(std::string_view text) { return is_valid_utf8(text); }

std::optional<std::vector<JsonMember>> JsonSlices::members(std::string_view text) {
  if (!text.starts_with('{')) return {};
  std::vector<JsonMember> members;
  for (Walk walk(text); !walk.at_end();) {
    auto key = string(walk.take()).value_or("");
    members.emplace_back(std::move(key), walk.take());
  }
  return members;
}

std::optional<std::vector<std::string_view>> JsonSlices::items(std::string_view text) {
  if (!text.starts_with('[')) return {};
  std::vector<std::string_view> items;
  for (Walk walk(text); !walk.at_end();) items.push_back(walk.take());
  return items;
}

std::optional<std::string> JsonSlices::string(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"')) return {};
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
