#include "kernel/runtime/skills/simple_json.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kKeyBytesMax = 128;  // YAML ends keys that are longer than 1,024 characters
constexpr std::size_t kKeysMax = 64;
constexpr std::size_t kValuesMax = 1'000;  // well below the reader's limit

class SimpleJson {
 public:
  explicit SimpleJson(std::string_view& rest) : rest_(rest) {}

  bool take(YamlValue& out) { return rest_.starts_with('{') && value(out, 0); }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  // To what comes next, over line ends. False: it stands at the left.
  bool skip_lines() {
    skip_spaces();
    bool at_left = false;
    while (rest_.starts_with('\n')) {
      rest_.remove_prefix(1);
      at_left = !rest_.starts_with(' ');
      skip_spaces();
    }
    return !at_left;
  }

  bool value(YamlValue& out, std::size_t depth) {
    if (!skip_lines() || rest_.empty() || depth > kDepthMax || ++values_ > kValuesMax) return false;
    switch (rest_.front()) {
      case '{':
        return object(out, depth);
      case '[':
        return list(out, depth);
      case '"':
        return string(out);
      default:
        return word(out);
    }
  }

  // `{}` is left to others: what has no colon on its line is read in another way.
  bool object(YamlValue& out, std::size_t depth) {
    out.kind = YamlKind::map;
    rest_.remove_prefix(1);
    while (true) {
      bool is_inside = skip_lines();
      if (rest_.starts_with('}') && !out.pairs.empty()) return close(is_inside, depth);
      YamlPair pair;
      if (!is_inside || !string(pair.key) || !is_new(out, pair.key.text)) return false;
      skip_spaces();
      if (!rest_.starts_with(':')) return false;
      rest_.remove_prefix(1);
      if (!value(pair.value, depth + 1)) return false;
      out.pairs.push_back(std::move(pair));
      is_inside = skip_lines();
      if (rest_.starts_with('}')) return close(is_inside, depth);
      if (!is_inside || !rest_.starts_with(',')) return false;
      rest_.remove_prefix(1);
    }
  }

  // Only the last } may stand at the left.
  bool close(bool is_inside, std::size_t depth) {
    rest_.remove_prefix(1);
    return is_inside || depth == 0;
  }

  // JavaScript lists keys that are numbers first.
  static bool is_new(const YamlValue& map, std::string_view key) {
    if (key.empty() || key.size() > kKeyBytesMax || map.pairs.size() == kKeysMax) return false;
    if (key.front() >= '0' && key.front() <= '9') return false;
    return std::ranges::none_of(map.pairs, [&](const YamlPair& pair) { return pair.key.text == key; });
  }

  bool list(YamlValue& out, std::size_t depth) {
    out.kind = YamlKind::list;
    rest_.remove_prefix(1);
    while (true) {
      if (!skip_lines()) return false;
      if (rest_.starts_with(']')) break;
      if (!value(out.items.emplace_back(), depth + 1) || !skip_lines()) return false;
      if (rest_.starts_with(']')) break;
      if (!rest_.starts_with(',')) return false;
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool string(YamlValue& out) {
    if (!rest_.starts_with('"')) return false;
    auto end = std::min(rest_.find_first_of("\"\\\n", 1), rest_.size());
    if (!rest_.substr(end).starts_with('"')) return false;
    out.kind = YamlKind::text;
    out.text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool word(YamlValue& out) {
    auto end = std::min(rest_.find_first_of(" ,]}\n"), rest_.size());
    auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    bool is_number = !text.empty() && text.size() < 16 && (text.size() == 1 || !text.starts_with('0')) &&
                     std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    out = plain_value(text);
    return is_number || text == "true" || text == "false" || text == "null";
  }

  std::string_view& rest_;
  std::size_t values_ = 0;
};

}  // namespace

bool take_simple_json(std::string_view& rest, YamlValue& out) {
  return SimpleJson(rest).take(out);
}

}  // namespace chela::runtime::skills
