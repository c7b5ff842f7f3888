#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "kernel/core/base/code_point.hpp"
#include "kernel/runtime/skills/simple_lines.hpp"

namespace chela::runtime::skills {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_beyond_ascii(char c) {
  return static_cast<std::uint8_t>(c) >= 0x80;
}

YamlValue text_value(std::string text) {
  return {.kind = YamlKind::text, .text = std::move(text), .items = {}, .pairs = {}};
}

// Nothing in the line ends bare text.
bool goes_through(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.ends_with(':')) return false;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == ' ' && line[at - 1] == ':') return false;
    if (line[at] == '#' && line[at - 1] == ' ') return false;
  }
  return true;
}

bool begins_plain(char first) {
  return is_letter(first) || is_digit(first) || is_beyond_ascii(first) || first == '/' || first == '.' ||
         first == '(' || first == '$';
}

// Goes to the next line of a text that goes on: a line break is a blank, and each empty line a line break.
// Nothing: the next line with text stands at the left, or there is none.
std::optional<std::string_view> fold(std::string& text, SimpleLines& lines) {
  auto ahead = lines;
  std::size_t empty = 0;
  for (; !ahead.is_at_end(); ++empty) {
    auto line = ahead.next();
    auto at = indent_of(line);
    if (at == line.size()) continue;
    if (at == 0) return std::nullopt;
    while (text.ends_with(' ')) text.pop_back();
    text.append(empty == 0 ? 1 : empty, empty == 0 ? ' ' : '\n');
    lines = ahead;
    return line.substr(at);
  }
  return std::nullopt;
}

std::optional<YamlValue> read_plain(std::string_view value, SimpleLines* lines) {
  if (!begins_plain(value.front()) || !goes_through(value)) return std::nullopt;
  std::string text(value);
  bool is_longer = false;
  while (lines) {
    auto more = fold(text, *lines);
    if (!more) break;
    auto line = without_spaces(*more);
    if (!goes_through(line)) return std::nullopt;
    text += line;
    is_longer = true;
  }
  bool is_text = is_longer || (is_letter(value.front()) && value.size() > 5);  // longer than any word that is none
  return is_text ? text_value(std::move(text)) : plain_value(text);
}

std::optional<YamlValue> read_single_quoted(std::string_view value, SimpleLines* lines) {
  std::string text;
  auto line = value.substr(1);
  while (true) {
    for (auto quote = line.find('\''); quote != std::string_view::npos; quote = line.find('\'')) {
      text += line.substr(0, quote);
      line.remove_prefix(quote + 1);
      if (!line.starts_with('\'')) {
        if (!without_spaces(line).empty()) return std::nullopt;
        return text_value(std::move(text));
      }
      text += '\'';
      line.remove_prefix(1);
    }
    text += line;
    auto more = lines ? fold(text, *lines) : std::nullopt;
    if (!more) return std::nullopt;
    line = *more;
  }
}

// The character of a backslash and what follows; false for those that are seldom.
bool take_escape(std::string_view& rest, std::string& text) {
  constexpr std::string_view kNames = "\"\\/nt", kMeant = "\"\\/\n\t";
  if (rest.size() < 2) return false;
  if (auto named = kNames.find(rest[1]); named != std::string_view::npos) {
    text += kMeant[named];
    rest.remove_prefix(2);
    return true;
  }
  std::uint32_t point = 0;
  if (rest[1] != 'u' || rest.size() < 6) return false;
  auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + 6, point, 16);
  bool usual = point >= 0xA0 && (point < 0xD800 || point > 0xDFFF) && point < 0xFE00;
  if (error != std::errc{} || end != rest.data() + 6 || !usual) return false;
  append_code_point(text, static_cast<char32_t>(point));
  rest.remove_prefix(6);
  return true;
}

std::optional<YamlValue> read_double_quoted(std::string_view value) {
  std::string text;
  auto rest = value.substr(1);
  while (!rest.empty()) {
    auto at = std::min(rest.find_first_of("\"\\"), rest.size());
    text += rest.substr(0, at);
    rest.remove_prefix(at);
    if (rest.starts_with('"')) {
      if (rest.size() > 1) return std::nullopt;
      return text_value(std::move(text));
    }
    if (!rest.empty() && !take_escape(rest, text)) return std::nullopt;
  }
  return std::nullopt;
}

bool is_plain_in_list(std::string_view text) {
  auto is_usual = [](char c) {
    return is_letter(c) || is_digit(c) || is_beyond_ascii(c) || c == '-' || c == '.' || c == '/' || c == ' ';
  };
  return begins_plain(text.front()) && std::ranges::all_of(text, is_usual);
}

}  // namespace

std::string_view without_spaces(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

std::optional<YamlValue> read_simple_scalar(std::string_view value, SimpleLines* lines) {
  if (value.front() == '\'') return read_single_quoted(value, lines);
  if (value.front() == '"') return read_double_quoted(value);
  return read_plain(value, lines);
}

std::optional<YamlValue> read_simple_list(std::string_view value) {
  if (!value.ends_with(']') || value.contains(':')) return std::nullopt;
  YamlValue list{.kind = YamlKind::list, .text = {}, .items = {}, .pairs = {}};
  auto items = without_spaces(value.substr(1, value.size() - 2));
  while (!items.empty()) {
    auto comma = items.find(',');
    bool is_last = comma == std::string_view::npos;
    auto item = without_spaces(items.substr(0, comma));
    items = is_last ? std::string_view() : items.substr(comma + 1);
    if (item.empty() || (!is_last && without_spaces(items).empty())) return std::nullopt;
    bool quoted = item.front() == '"' || item.front() == '\'';
    if (!quoted && !is_plain_in_list(item)) return std::nullopt;
    auto read = read_simple_scalar(item, nullptr);
    if (!read) return std::nullopt;
    list.items.push_back(std::move(*read));
  }
  return list;
}

}  // namespace chela::runtime::skills
