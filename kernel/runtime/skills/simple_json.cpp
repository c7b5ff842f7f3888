#include "kernel/runtime/skills/simple_json.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kKeyBytesMax = 128;  // YAML ends keys that are longer than 1,024 characters
constexpr std::size_t kKeysMax = 64;

class SimpleJson {
 public:
  explicit SimpleJson(std::string_view text) : rest_(text) {}

  bool is_object() {
    return rest_.starts_with('{') && value(0) && rest_.empty();
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool value(std::size_t depth) {
    skip_spaces();
    if (rest_.empty() || depth > kDepthMax) return false;
    std::string_view text;
    switch (rest_.front()) {
      case '{':
        return object(depth);
      case '[':
        return list(depth);
      case '"':
        return string(text);
      default:
        return word();
    }
  }

  // `{}` is left to others: it has no colon, which upstream asks for.
  bool object(std::size_t depth) {
    rest_.remove_prefix(1);
    std::vector<std::string_view> keys;
    do {
      std::string_view key;
      skip_spaces();
      if (!string(key) || key.size() > kKeyBytesMax || keys.size() == kKeysMax) return false;
      if (std::ranges::find(keys, key) != keys.end()) return false;
      keys.push_back(key);
      if (!take(':') || !value(depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool list(std::size_t depth) {
    rest_.remove_prefix(1);
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool string(std::string_view& text) {
    if (!rest_.starts_with('"')) return false;
    auto end = rest_.find('"', 1);
    if (end == std::string_view::npos) return false;
    text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return !text.contains('\\');
  }

  bool word() {
    auto end = std::min(rest_.find_first_of(" ,]}"), rest_.size());
    auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (text == "true" || text == "false" || text == "null") return true;
    bool digits = text.size() < 16 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return digits && !text.empty() && (text.size() == 1 || !text.starts_with('0'));
  }

  std::string_view rest_;
};

}  // namespace

bool is_simple_json_object(std::string_view text) {
  return SimpleJson(text).is_object();
}

}  // namespace chela::runtime::skills
