#include "kernel/runtime/skills/simple_block.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "kernel/runtime/skills/field_line.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/simple_json.hpp"
#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kKeysMax = 32;
constexpr std::size_t kKeyBytesMax = 128;    // YAML ends keys that are longer than 1,024 characters
constexpr std::size_t kJsonBytesMax = 8'192;  // well below the limit of values

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_beyond_ascii(char c) {
  return static_cast<std::uint8_t>(c) >= 0x80;
}

// Characters that libyaml refuses, that end lines in older YAML, or that stand for such ones.
bool has_odd_character(std::string_view block) {
  for (std::size_t at = 0; at < block.size(); ++at) {
    auto byte = static_cast<std::uint8_t>(block[at]);
    if (byte >= 0x20 && byte < 0x7F) continue;
    if (byte < 0x80) {
      if (byte != '\n') return true;
      continue;
    }
    auto next = static_cast<std::uint8_t>(at + 1 < block.size() ? block[at + 1] : 0);
    auto third = static_cast<std::uint8_t>(at + 2 < block.size() ? block[at + 2] : 0);
    if (byte == 0xC2 && next < 0xA0) return true;
    if (byte == 0xE2 && next == 0x80 && (third == 0xA8 || third == 0xA9)) return true;
    if (byte == 0xEF && (next == 0xBB || next == 0xBF)) return true;
    if (byte == 0xF4) return true;
  }
  return false;
}

std::string_view without_spaces(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// Text without quotes that is one scalar outside of [ and {.
bool is_plain(std::string_view text) {
  char first = text.front();
  bool begins = is_letter(first) || is_digit(first) || is_beyond_ascii(first) || first == '/' || first == '.' ||
                first == '(' || first == '$';
  if (!begins || text.ends_with(':')) return false;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == ' ' && text[at - 1] == ':') return false;
    if (text[at] == '#' && text[at - 1] == ' ') return false;
  }
  return true;
}

bool is_plain_in_list(std::string_view text) {
  auto is_usual = [](char c) {
    return is_letter(c) || is_digit(c) || is_beyond_ascii(c) || c == '-' || c == '.' || c == '/' || c == ' ';
  };
  return is_plain(text) && std::ranges::all_of(text, is_usual);
}

bool is_quoted(std::string_view text) {
  if (text.size() < 2 || (text.front() != '"' && text.front() != '\'') || text.back() != text.front()) return false;
  auto inner = text.substr(1, text.size() - 2);
  return !inner.contains(text.front()) && !(text.front() == '"' && inner.contains('\\'));
}

class SimpleBlock {
 public:
  explicit SimpleBlock(std::string_view block) : rest_(block) {}

  std::optional<Fields> read() {
    while (!rest_.empty()) {
      auto line = next_line();
      if (line.empty() || line.front() == '#') continue;
      if (!take_field(line)) return std::nullopt;
    }
    if (keys_ == 0) return std::nullopt;
    return std::move(fields_);
  }

 private:
  std::string_view peek_line() const { return rest_.substr(0, rest_.find('\n')); }
  std::string_view next_line() {
    auto line = peek_line();
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    return line;
  }

  bool take_field(std::string_view line) {
    auto colon = line.find(':');
    if (colon == std::string_view::npos || colon > kKeyBytesMax || !is_letter(line.front())) return false;
    auto key = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    if (!std::ranges::all_of(key, is_word) || (!value.empty() && value.front() != ' ')) return false;
    if (!is_new(key)) return false;
    value = without_spaces(value);
    if (value.empty()) return take_below(key);
    switch (value.front()) {
      case '{':
        if (value.size() > kJsonBytesMax || !is_simple_json_object(value)) return false;
        fields_.set(key, std::string(value));
        return true;
      case '[':
        return take_list(key, value);
      case '>':
      case '|':
        return take_text_block(key, value);
      default:
        return take_scalar(key, value);
    }
  }

  // Keys that YAML takes for something else than text, and those that stand twice.
  bool is_new(std::string_view key) {
    constexpr auto kNoText = std::to_array<std::string_view>(
        {"null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "__proto__"});
    auto seen = seen_.begin() + static_cast<std::ptrdiff_t>(keys_);
    if (keys_ == kKeysMax || std::find(seen_.begin(), seen, key) != seen) return false;
    if (std::ranges::find(kNoText, key) != kNoText.end()) return false;
    seen_[keys_++] = key;
    return true;
  }

  bool take_scalar(std::string_view key, std::string_view value) {
    if (is_quoted(value)) {
      fields_.set(key, std::string(trim_blanks(value.substr(1, value.size() - 2))));
      return true;
    }
    if (!is_plain(value)) return false;
    if (is_letter(value.front()) && value.size() > 5) {  // longer than any word that is no text
      fields_.set(key, std::string(trim_blanks(value)));
      return true;
    }
    auto read = plain_value(value);
    if (read.kind == YamlKind::null) return false;
    fields_.set(key, read.kind == YamlKind::text ? std::string(trim_blanks(read.text)) : key_text(read));
    return true;
  }

  static bool append_item(std::string& json, std::string_view item, bool is_plain_item) {
    if (json.size() > 1) json += ',';
    if (is_quoted(item)) {
      append_json_text(json, item.substr(1, item.size() - 2));
      return true;
    }
    if (!is_plain_item) return false;
    append_json(json, plain_value(item));
    return true;
  }

  bool take_list(std::string_view key, std::string_view value) {
    if (!value.ends_with(']') || value.contains(':')) return false;
    auto items = without_spaces(value.substr(1, value.size() - 2));
    std::string json = "[";
    while (!items.empty()) {
      auto comma = items.find(',');
      auto item = without_spaces(items.substr(0, comma));
      items = comma == std::string_view::npos ? std::string_view() : items.substr(comma + 1);
      bool is_last = comma == std::string_view::npos;
      if (item.empty() || (!is_last && without_spaces(items).empty())) return false;
      if (!append_item(json, item, is_plain_in_list(item))) return false;
    }
    fields_.set(key, json + ']');
    return true;
  }

  // A key alone: nothing, or a list of lines `- word`.
  bool take_below(std::string_view key) {
    std::string json = "[";
    std::size_t indent = 0;
    for (bool first = true; !rest_.empty(); first = false) {
      auto line = peek_line();
      auto at = std::min(line.find_first_not_of(' '), line.size());
      if (line.substr(at).starts_with("- ")) {
        if (!first && at != indent) return false;
        indent = at;
        auto item = without_spaces(line.substr(at + 1));
        if (item.empty() || !append_item(json, item, is_plain(item))) return false;
        next_line();
        continue;
      }
      if (at > 0) return false;  // a map, text over several lines, or blanks
      break;
    }
    if (json.size() > 1) fields_.set(key, json + ']');
    return true;
  }

  // Text below the key, all lines of it as far in as the first.
  bool take_text_block(std::string_view key, std::string_view header) {
    if (header.size() > 2 || (header.size() == 2 && header[1] != '-' && header[1] != '+')) return false;
    char between = header.front() == '>' ? ' ' : '\n';
    std::string text;
    std::size_t indent = 0;
    while (!rest_.empty()) {
      auto line = peek_line();
      auto at = std::min(line.find_first_not_of(' '), line.size());
      if (at == 0) break;
      if (at == line.size() || (indent > 0 && at != indent)) return false;
      if (indent > 0) text += between;
      indent = at;
      text += line.substr(at);
      next_line();
    }
    if (indent == 0) return false;
    // Behind empty lines the text may go on; comments may stand in it.
    auto after = rest_.find_first_not_of('\n');
    if (after != std::string_view::npos && (rest_[after] == ' ' || rest_[after] == '#')) return false;
    fields_.set(key, std::string(trim_blanks(text)));
    return true;
  }

  std::string_view rest_;
  Fields fields_;
  std::array<std::string_view, kKeysMax> seen_;
  std::size_t keys_ = 0;
};

}  // namespace

std::optional<Fields> read_simple_block(std::string_view block) {
  if (has_odd_character(block)) return std::nullopt;
  return SimpleBlock(block).read();
}

}  // namespace chela::runtime::skills
