#include "kernel/core/config/path.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "kernel/core/base/assert.hpp"

namespace chela::config {
namespace {

constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  });
}

std::size_t read_index(std::string_view digits) {
  std::size_t index = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  bool whole = error == std::errc() && end == digits.data() + digits.size() && !digits.empty();
  return whole && (digits == "0" || digits[0] != '0') ? index : kNoIndex;
}

// Reads `["quoted key"]` or `[12]` at the front of `text` and removes it.
Result<Segment> take_bracket(std::string_view& text) {
  char quote = text.size() > 1 ? text[1] : '\0';
  if (quote != '"' && quote != '\'') {
    auto end = text.find(']');
    std::size_t index = end == std::string_view::npos ? kNoIndex : read_index(text.substr(1, end - 1));
    if (index == kNoIndex) return fail(ErrorCode::invalid_argument, "\"[\" wants an index or a quoted key and \"]\"");
    text.remove_prefix(end + 1);
    return index;
  }
  std::string key;
  std::size_t at = 2;
  for (; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    key += text[at];
  }
  if (at + 1 >= text.size() || text[at + 1] != ']') {
    return fail(ErrorCode::invalid_argument, "the quoted key is not closed by {}]", quote);
  }
  text.remove_prefix(at + 2);
  return key;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  Path path;
  std::string_view rest = text;
  if (rest == "$" || rest.starts_with("$[")) rest.remove_prefix(1);
  if (rest.starts_with("$.") && rest.size() > 2) rest.remove_prefix(2);
  bool first = true;
  while (!rest.empty()) {
    if (rest[0] == '[') {
      auto segment = take_bracket(rest);
      if (!segment) return fail(ErrorCode::invalid_argument, "reading the path {}: {}", text, segment.error().message);
      path.segments_.push_back(std::move(*segment));
    } else {
      if (!first) {
        if (rest[0] != '.') return fail(ErrorCode::invalid_argument, "reading the path {}: \".\" is missing", text);
        rest.remove_prefix(1);
      }
      auto end = std::min(rest.find_first_of(".["), rest.size());
      if (end == 0) return fail(ErrorCode::invalid_argument, "reading the path {}: an empty name", text);
      path.segments_.emplace_back(std::string(rest.substr(0, end)));
      rest.remove_prefix(end);
    }
    first = false;
  }
  return path;
}

Path Path::child(Segment segment) const {
  Path path = *this;
  path.segments_.push_back(std::move(segment));
  return path;
}

Path Path::parent() const {
  CHELA_ASSERT(!empty(), "the document has nothing around it");
  Path path = *this;
  path.segments_.pop_back();
  return path;
}

bool Path::starts_with(const Path& prefix) const {
  return prefix.size() <= size() && std::equal(prefix.segments_.begin(), prefix.segments_.end(), segments_.begin());
}

std::string Path::text() const {
  std::string out = "$";
  for (const auto& segment : segments_) {
    if (const auto* index = std::get_if<std::size_t>(&segment)) {
      out += '[' + std::to_string(*index) + ']';
      continue;
    }
    const auto& key = std::get<std::string>(segment);
    if (is_word(key)) {
      out += '.' + key;
      continue;
    }
    out += "[\"";
    for (char c : key) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += "\"]";
  }
  return out;
}

std::string_view Path::last_key() const {
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (const auto* key = std::get_if<std::string>(&*segment)) return *key;
  }
  return {};
}

const nlohmann::json* Path::find_in(const nlohmann::json& document) const {
  const nlohmann::json* value = &document;
  for (const auto& segment : segments_) {
    if (value->is_array()) {
      std::size_t index = as_index(segment);
      if (index >= value->size()) return nullptr;
      value = &(*value)[index];
    } else {
      auto member = value->is_object() ? value->find(as_key(segment)) : value->end();
      if (member == value->end()) return nullptr;
      value = &*member;
    }
  }
  return value;
}

std::size_t as_index(const Segment& segment) {
  if (const auto* index = std::get_if<std::size_t>(&segment)) return *index;
  return read_index(std::get<std::string>(segment));
}

std::string as_key(const Segment& segment) {
  if (const auto* key = std::get_if<std::string>(&segment)) return *key;
  return std::to_string(std::get<std::size_t>(segment));
}

}  // namespace chela::config
