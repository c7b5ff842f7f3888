#include "kernel/runtime/skills/simple_block.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "kernel/runtime/skills/field_line.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/simple_json.hpp"
#include "kernel/runtime/skills/simple_lines.hpp"
#include "kernel/runtime/skills/yaml_value.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kKeysMax = 32;
constexpr std::size_t kKeyBytesMax = 128;    // YAML ends keys that are longer than 1,024 characters
constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kValuesMax = 1'000;    // well below the reader's limit

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
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

struct KeyLine {
  std::string_view key;
  std::string_view value;  // without spaces around it
};

// `key: value` with a key that YAML, too, takes for text.
std::optional<KeyLine> split_key(std::string_view line) {
  constexpr auto kNoText = std::to_array<std::string_view>(
      {"null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "__proto__"});
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon > kKeyBytesMax || !is_letter(line.front())) return std::nullopt;
  auto key = line.substr(0, colon), value = line.substr(colon + 1);
  if (!std::ranges::all_of(key, is_word) || (!value.empty() && value.front() != ' ')) return std::nullopt;
  if (std::ranges::find(kNoText, key) != kNoText.end()) return std::nullopt;
  return KeyLine{key, without_spaces(value)};
}

class SimpleBlock {
 public:
  explicit SimpleBlock(std::string_view block) : lines_{block} {}

  std::optional<Fields> read() {
    while (!lines_.is_at_end()) {
      auto line = lines_.next();
      if (line.empty() || line.front() == '#') continue;
      auto field = split_key(line);
      if (!field || !is_new(field->key) || !take_field(field->key, field->value)) return std::nullopt;
    }
    if (keys_ == 0) return std::nullopt;
    return std::move(fields_);
  }

 private:
  bool is_new(std::string_view key) {
    auto seen = seen_.begin() + static_cast<std::ptrdiff_t>(keys_);
    if (keys_ == kKeysMax || std::find(seen_.begin(), seen, key) != seen) return false;
    seen_[keys_++] = key;
    return true;
  }

  bool take_field(std::string_view key, std::string_view value) {
    if (value.empty()) return take_below(key);
    switch (value.front()) {
      case '{':
        return value.size() == 1 ? take_json(key, value) : take_json_line(key, value);
      case '[':
        return set_json(key, read_simple_list(value));
      case '>':
      case '|':
        return take_text_block(key, value);
      default:
        return take_scalar(key, read_simple_scalar(value, &lines_));
    }
  }

  // Of a value that begins on the key's line and has a colon there, upstream takes the text of the line.
  bool take_json_line(std::string_view key, std::string_view value) {
    YamlValue read;
    auto rest = value;
    if (!take_simple_json(rest, read) || !rest.empty()) return false;
    fields_.set(key, std::string(value));
    return true;
  }

  // From the { at the end of the line before on.
  bool take_json(std::string_view key, std::string_view brace) {
    YamlValue read;
    auto rest = std::string_view(brace.data(), static_cast<std::size_t>(end() - brace.data()));
    if (!take_simple_json(rest, read)) return false;
    lines_.rest = rest;
    return without_spaces(lines_.next()).empty() && set_json(key, read);
  }

  bool take_scalar(std::string_view key, const std::optional<YamlValue>& value) {
    if (!value || value->kind == YamlKind::null) return false;
    fields_.set(key, value->kind == YamlKind::text ? std::string(trim_blanks(value->text)) : key_text(*value));
    return true;
  }

  bool set_json(std::string_view key, const std::optional<YamlValue>& value) {
    if (!value) return false;
    std::string json;
    append_json(json, *value);
    fields_.set(key, std::move(json));
    return true;
  }

  // What stands below a key alone: nothing, a list, a map, or an object of JSON.
  bool take_below(std::string_view key) {
    auto line = lines_.peek();
    auto at = indent_of(line);
    auto text = line.substr(at);
    if (at > 0 && text.starts_with('{')) return take_json(key, text);
    if (at == line.size() || (at == 0 && !text.starts_with("- "))) return at == 0;
    YamlValue value;
    return read_node(value, at, 0) && set_json(key, value);
  }

  bool read_node(YamlValue& out, std::size_t indent, std::size_t depth) {
    if (depth > kDepthMax) return false;
    out.kind = lines_.peek().substr(indent).starts_with("- ") ? YamlKind::list : YamlKind::map;
    return out.kind == YamlKind::list ? read_list(out, indent) : read_map(out, indent, depth);
  }

  bool read_list(YamlValue& out, std::size_t indent) {
    while (!lines_.is_at_end() && indent_of(lines_.peek()) == indent) {
      auto text = lines_.peek().substr(indent);
      if (!text.starts_with("- ")) break;
      lines_.next();
      auto item = without_spaces(text.substr(1));
      if (item.empty() || !read_inline(out.items.emplace_back(), item)) return false;
    }
    return ++values_ + out.items.size() < kValuesMax;
  }

  bool read_map(YamlValue& out, std::size_t indent, std::size_t depth) {
    while (!lines_.is_at_end() && indent_of(lines_.peek()) == indent) {
      auto field = split_key(lines_.peek().substr(indent));
      if (!field || ++values_ > kValuesMax) return false;
      lines_.next();
      auto same = [&](const YamlPair& pair) { return pair.key.text == field->key; };
      if (std::ranges::any_of(out.pairs, same)) return false;
      auto& pair = out.pairs.emplace_back();
      pair.key.kind = YamlKind::text;
      pair.key.text = field->key;
      auto below = lines_.is_at_end() ? 0 : indent_of(lines_.peek());
      bool is_list = below >= indent && lines_.peek().substr(below).starts_with("- ");
      if (!field->value.empty()) {
        if (below > indent || !read_inline(pair.value, field->value)) return false;
      } else if (below > indent || is_list) {
        if (!read_node(pair.value, below, depth + 1)) return false;
      }
    }
    return lines_.is_at_end() || indent_of(lines_.peek()) < indent;
  }

  // On one line: what is below it would belong to it.
  static bool read_inline(YamlValue& out, std::string_view value) {
    auto read = value.front() == '[' ? read_simple_list(value) : read_simple_scalar(value, nullptr);
    if (read) out = std::move(*read);
    return read.has_value();
  }

  // Text below the key, all lines of it as far in as the first.
  bool take_text_block(std::string_view key, std::string_view header) {
    if (header.size() > 2 || (header.size() == 2 && header[1] != '-' && header[1] != '+')) return false;
    char between = header.front() == '>' ? ' ' : '\n';
    std::string text;
    std::size_t indent = 0;
    while (!lines_.is_at_end()) {
      auto line = lines_.peek();
      auto at = indent_of(line);
      if (at == 0) break;
      if (at == line.size() || (indent > 0 && at != indent)) return false;
      if (indent > 0) text += between;
      indent = at;
      text += line.substr(at);
      lines_.next();
    }
    if (indent == 0) return false;
    // Behind empty lines the text may go on; comments may stand in it.
    auto after = lines_.rest.find_first_not_of('\n');
    if (after != std::string_view::npos && (lines_.rest[after] == ' ' || lines_.rest[after] == '#')) return false;
    fields_.set(key, std::string(trim_blanks(text)));
    return true;
  }

  const char* end() const { return lines_.rest.data() + lines_.rest.size(); }

  SimpleLines lines_;
  Fields fields_;
  std::array<std::string_view, kKeysMax> seen_;
  std::size_t keys_ = 0;
  std::size_t values_ = 0;  // below keys
};

}  // namespace

std::optional<Fields> read_simple_block(std::string_view block) {
  if (has_odd_character(block)) return std::nullopt;
  return SimpleBlock(block).read();
}

}  // namespace chela::runtime::skills
