// JSON5 documents (kernel/core/config/json5.hpp), strict JSON beside them, and edits of a person's file (edit.hpp).

#include <bit>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/edit.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/overlay.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using config::SourceNode;
using nlohmann::json;

constexpr std::size_t kDepthMax = 32;
const config::Json5Limits kLimits{.bytes_max = 64 * 1024, .depth_max = kDepthMax, .values_max = 500};

// Numbers by the bits of their double: 1 and 1.0 are one number, 0 and -0 are two, NaN is itself. A whole 0 in `b` may
// be either where `b` is the library's, which reads -0 as a whole number.
bool is_same(const json& a, const json& b, bool whole_zero_is_either = false) {
  if (a.is_number() && b.is_number()) {
    if (whole_zero_is_either && b.is_number_integer() && b == 0) return a == 0;
    double x = a.get<double>(), y = b.get<double>();
    return (std::isnan(x) && std::isnan(y)) || std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  }
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!is_same(a[i], b[i], whole_zero_is_either)) return false;
    }
    return true;
  }
  if (!a.is_object()) return a == b;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || !is_same(value, b[key], whole_zero_is_either)) return false;
  }
  return true;
}

bool has_what_json_lacks(const json& value) {
  if (value.is_number_float()) return !std::isfinite(value.get<double>());
  if (!value.is_structured()) return false;
  for (const auto& member : value) {
    if (has_what_json_lacks(member)) return true;
  }
  return false;
}

std::size_t depth_of(const json& value) {
  std::size_t deepest = 0;
  if (!value.is_structured()) return 0;
  for (const auto& member : value) deepest = std::max(deepest, depth_of(member));
  return deepest + 1;
}

// Each part of the text that the map names reads as the value that it maps.
void check_map(std::string_view text, const SourceNode& node, const json& value, std::vector<config::Path>& paths,
               const config::Path& path) {
  paths.push_back(path);
  const auto& span = node.span;
  must(span.begin <= span.value_begin && span.value_begin < span.value_end && span.value_end <= text.size(),
       "a span lies in the text");
  auto part = config::parse_json5(text.substr(span.value_begin, span.value_end - span.value_begin), nullptr, kLimits);
  must(part && is_same(*part, value), "a span holds its value", text);
  must(node.position.line > 0 && node.position.column > 0, "a value has a position");
  must(node.children.size() == (value.is_structured() ? value.size() : 0), "each member is mapped");
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const auto& child = node.children[i];
    must(child.is_member == value.is_object(), "objects have members, lists have items");
    if (child.is_member) {
      check_map(text, child, value[child.key], paths, path.child(child.key));
    } else {
      check_map(text, child, value[i], paths, path.child(i));
    }
  }
}

void check_edit(std::string_view text, const json& document, const std::vector<config::Path>& paths) {
  Dice dice(text);
  auto path = paths[dice.below(paths.size())];
  const json news[] = {1, "neu", json::array({1, json::object({{"a b", nullptr}})}), json::object()};
  const json& value = news[dice.below(4)];
  const json* around = path.find_in(document);
  if (dice.below(2) == 1 && around->is_object()) path = path.child("new key");
  if (dice.below(2) == 1 && around->is_array()) path = path.child(around->size());
  json expected = document;
  if (config::set_value(expected, path, value)) {
    auto edited = config::with_value(text, path, value);
    must(edited.has_value(), "what is parsed can be edited", edited ? "" : edited.error().message);
    auto again = config::parse_json5(*edited);
    must(again && is_same(*again, expected), "an edit changes one value", *edited);
  }
  if (path.empty() || !path.find_in(document)) return;
  auto without = config::without_value(text, path);
  must(without.has_value(), "what is there can be removed", without ? "" : without.error().message);
  auto again = config::parse_json5(*without);
  must(again && !is_same(*again, document), "what is removed is gone", *without);
}

void check_beside_json(std::string_view text, const std::expected<json, config::SyntaxError>& document) {
  auto strict = parse_json(text, kDepthMax);
  must(strict.has_value() == (json::accept(text) && text.find('\0') == text.npos && !nests_deeper(text, kDepthMax)),
       "the strict parser takes what the library takes, within its bounds");
  if (!strict) return;
  must(depth_of(*strict) <= kDepthMax, "the depth keeps its limit");
  if (document) return must(is_same(*document, *strict, true), "JSON means the same as JSON5", text);
  const auto& why = document.error().message;
  bool is_rule_of_ours = why.find("stands here and at") != why.npos || why.starts_with("more than") ||
                         why.starts_with("nested more than");
  must(is_rule_of_ours, "JSON is JSON5", why);
}

}  // namespace

void run(std::string_view bytes) {
  config::SourceMap map;
  auto document = config::parse_json5(bytes, &map, kLimits);
  check_beside_json(bytes, document);
  if (!document) {
    must(document.error().at.line > 0 && is_valid_utf8(document.error().message), "an error has a place and words");
    return;
  }
  std::vector<config::Path> paths;
  check_map(bytes, map.root, *document, paths, {});
  for (const auto& path : paths) {
    auto again = config::Path::parse(path.text());
    must(again && path.find_in(*document) == again->find_in(*document), "a path is read as it is written", path.text());
  }
  if (has_what_json_lacks(*document)) return;
  auto written = document->dump();
  auto again = config::parse_json5(written);
  must(again && is_same(*again, *document), "what is written is read back", written);
  check_edit(bytes, *document, paths);
}

}  // namespace chela::fuzz
