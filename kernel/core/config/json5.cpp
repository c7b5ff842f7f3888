#include "kernel/core/config/json5.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/identifier.hpp"
#include "kernel/core/config/json5_scanner.hpp"

namespace chela::config {
namespace {

template <class T>
using Parsed = std::expected<T, SyntaxError>;

class Parser {
 public:
  Parser(std::string_view text, const Json5Limits& limits) : scanner_(text), limits_(limits) {}

  Parsed<nlohmann::json> parse_document(SourceNode& root) {
    CHELA_CHECK(scanner_.skip_blank());
    CHELA_TRY(auto value, parse_value(root, 0));
    CHELA_CHECK(scanner_.skip_blank());
    if (!scanner_.at_end()) return scanner_.fail_here("the end of the text");
    return value;
  }

 private:
  // The scanner stands at the value. For members, `node` knows its key already.
  Parsed<nlohmann::json> parse_value(SourceNode& node, std::size_t depth) {
    std::size_t begin = scanner_.offset();
    node.span.value_begin = static_cast<std::uint32_t>(begin);
    if (!node.is_member) {
      node.span.begin = node.span.value_begin;
      node.position = scanner_.locate(begin);
    }
    if (++values_ > limits_.values_max) {
      return scanner_.fail_at(begin, fmt::format("more than {} values", limits_.values_max));
    }
    if (depth > limits_.depth_max) {
      return scanner_.fail_at(begin, fmt::format("nested more than {} deep", limits_.depth_max));
    }
    auto value = parse_bare_value(node, depth);
    node.span.value_end = static_cast<std::uint32_t>(scanner_.offset());
    return value;
  }

  Parsed<nlohmann::json> parse_bare_value(SourceNode& node, std::size_t depth) {
    if (scanner_.take('{')) return parse_object(node, depth);
    if (scanner_.take('[')) return parse_array(node, depth);
    if (scanner_.starts_string()) {
      CHELA_TRY(std::string text, scanner_.take_string());
      return text;
    }
    if (scanner_.starts_number()) return scanner_.take_number();
    if (!scanner_.starts_name()) return scanner_.fail_here("a value");
    std::size_t begin = scanner_.offset();
    CHELA_TRY(std::string name, scanner_.take_name());
    bool escaped = scanner_.offset() - begin != name.size();
    if (name == "true" && !escaped) return true;
    if (name == "false" && !escaped) return false;
    if (name == "null" && !escaped) return nullptr;
    return scanner_.fail_at(begin, fmt::format("{} is no value; put quotes around a text", cut_utf8(name, 40)));
  }

  Parsed<nlohmann::json> parse_object(SourceNode& node, std::size_t depth) {
    nlohmann::json object = nlohmann::json::object();
    for (;;) {
      CHELA_CHECK(scanner_.skip_blank());
      if (scanner_.take('}')) return object;
      SourceNode member;
      CHELA_CHECK(parse_key(member));
      if (object.contains(member.key)) return fail_duplicate(node, member);
      CHELA_CHECK(scanner_.skip_blank());
      if (!scanner_.take(':')) return scanner_.fail_here("\":\" after the key");
      CHELA_CHECK(scanner_.skip_blank());
      CHELA_TRY(auto value, parse_value(member, depth + 1));
      object.emplace(member.key, std::move(value));
      node.children.push_back(std::move(member));
      CHELA_CHECK(scanner_.skip_blank());
      if (scanner_.take('}')) return object;
      if (!scanner_.take(',')) return scanner_.fail_here("\",\" or \"}\"");
    }
  }

  Parsed<void> parse_key(SourceNode& member) {
    std::size_t begin = scanner_.offset();
    member.is_member = true;
    member.span.begin = static_cast<std::uint32_t>(begin);
    member.position = scanner_.locate(begin);
    if (!scanner_.starts_string() && !scanner_.starts_name()) return scanner_.fail_here("a key or \"}\"");
    auto key = scanner_.starts_string() ? scanner_.take_string() : scanner_.take_name();
    if (!key) return std::unexpected(std::move(key.error()));
    member.key = std::move(*key);
    return {};
  }

  std::unexpected<SyntaxError> fail_duplicate(const SourceNode& object, const SourceNode& member) const {
    auto first = std::ranges::find(object.children, member.key, &SourceNode::key);
    return std::unexpected(SyntaxError{
        member.position, fmt::format("the key \"{}\" stands here and at {}:{}; keep one of them",
                                     cut_utf8(member.key, 40), first->position.line, first->position.column)});
  }

  Parsed<nlohmann::json> parse_array(SourceNode& node, std::size_t depth) {
    nlohmann::json array = nlohmann::json::array();
    for (;;) {
      CHELA_CHECK(scanner_.skip_blank());
      if (scanner_.take(']')) return array;
      SourceNode item;
      CHELA_TRY(auto value, parse_value(item, depth + 1));
      array.push_back(std::move(value));
      node.children.push_back(std::move(item));
      CHELA_CHECK(scanner_.skip_blank());
      if (scanner_.take(']')) return array;
      if (!scanner_.take(',')) return scanner_.fail_here("\",\" or \"]\"");
    }
  }

  Json5Scanner scanner_;
  const Json5Limits& limits_;
  std::size_t values_ = 0;
};

// Where the first byte stands that is no UTF-8.
Position first_bad_byte(std::string_view text) {
  std::size_t low = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto first = static_cast<std::uint8_t>(text[at]);
    std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    low = at;
    if (!is_valid_utf8(text.substr(at, length))) break;
    at += length;
  }
  return Json5Scanner(text).locate(low);
}

}  // namespace

std::expected<nlohmann::json, SyntaxError> parse_json5(std::string_view text, SourceMap* map,
                                                       const Json5Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return std::unexpected(SyntaxError{{1, 1}, fmt::format("the text is larger than {} bytes", limits.bytes_max)});
  }
  if (!is_valid_utf8(text)) return std::unexpected(SyntaxError{first_bad_byte(text), "a byte here is no UTF-8"});
  SourceNode root;
  auto value = Parser(text, limits).parse_document(root);
  if (value && map) map->root = std::move(root);
  return value;
}

bool is_json5_identifier(std::string_view key) {
  if (key.empty() || key.find('\\') != std::string_view::npos || !is_valid_utf8(key)) return false;
  Json5Scanner scanner(key);
  auto name = scanner.take_name();
  return name && scanner.at_end();
}

}  // namespace chela::config
