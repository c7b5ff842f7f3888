#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/pattern.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"
#include "kernel/core/config/validator.hpp"

namespace chela::config {
namespace {

using namespace problem_code;
using nlohmann::json;

constexpr std::size_t kBytesMax = 256 * 1024;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kTextDepthMax = 4 * kDepthMax;  // levels of schemas have levels of JSON between them
constexpr std::size_t kNodesMax = 20'000;  // after references are replaced: they can multiply

constexpr std::array<std::string_view, 8> kSchemaKeywords = {"additionalProperties", "additionalItems", "contains",
                                                             "propertyNames",        "not",             "if",
                                                             "then",                 "else"};
constexpr std::array<std::string_view, 3> kSchemaLists = {"anyOf", "oneOf", "allOf"};
// They would need code that draft 7 has not; leaving them out only makes the check weaker.
constexpr std::array<std::string_view, 10> kUnsupported = {
    "patternProperties", "unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas",
    "minContains",       "maxContains",           "prefixItems",      "$dynamicRef",       "$recursiveRef"};
constexpr std::array<std::string_view, 7> kDropped = {"$schema", "$id",      "$comment", "$defs",
                                                      "definitions", "format", "$ref"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// A reference is a URI, so its pointer may be percent-encoded. What is malformed stays, and leads nowhere.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    auto digits = text.substr(i + 1, 2);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    bool encoded = text[i] == '%' && digits.size() == 2 && error == std::errc() && end == digits.data() + 2;
    out += encoded ? static_cast<char>(value) : text[i];
    if (encoded) i += 2;
  }
  return out;
}

// A place in the schema; its text is only made for a message.
struct Place {
  const Place* around;
  std::string_view name;

  std::string text() const { return around ? fmt::format("{}/{}", around->text(), name) : "#"; }
};

class Preparer {
 public:
  Preparer(const json& root, Trust trust) : root_(root), trust_(trust) {}

  std::vector<Problem> problems;

  json prepare(const json& schema, const Place& at, std::size_t depth) {
    if (schema.is_boolean()) return schema;
    if (!schema.is_object()) return refuse(invalid_schema, at, "a schema must be an object, true or false");
    if (depth > kDepthMax) return refuse(invalid_schema, at, fmt::format("nested more than {} deep", kDepthMax));
    if (++nodes_ > kNodesMax) return refuse(invalid_schema, at, fmt::format("more than {} parts", kNodesMax));
    json out = schema.contains("$ref") ? follow_reference(schema, at, depth) : json::object();
    if (!out.is_object()) return out;
    for (const auto& [keyword, value] : schema.items()) {
      if (is_one_of(kDropped, keyword)) continue;
      if (is_one_of(kUnsupported, keyword)) {
        warn(at, fmt::format("the keyword {} is not supported and left out", keyword));
        if (keyword == "patternProperties") open_members_ = true;
        continue;
      }
      out[keyword] = prepare_keyword(keyword, value, {&at, keyword}, depth);
    }
    // Members that patternProperties spoke of must not become unknown keys.
    if (std::exchange(open_members_, false)) out["additionalProperties"] = true;
    return out;
  }

 private:
  json prepare_keyword(const std::string& keyword, const json& value, const Place& at, std::size_t depth) {
    if (is_one_of(kSchemaKeywords, keyword)) return prepare_nested(value, at, depth);
    if (keyword == "items" && !value.is_array()) return prepare_nested(value, at, depth);
    if (keyword == "items" || is_one_of(kSchemaLists, keyword)) {
      if (!value.is_array()) return refuse(invalid_schema, at, "expected a list of schemas");
      json list = json::array();
      for (const auto& item : value) list.push_back(prepare_nested(item, {&at, "*"}, depth));
      return list;
    }
    if (keyword == "properties") {
      if (!value.is_object()) return refuse(invalid_schema, at, "expected an object of schemas");
      json members = json::object();
      for (const auto& [name, member] : value.items()) {
        members.emplace(name, prepare_nested(member, {&at, name}, depth));
      }
      return members;
    }
    if (keyword == "dependencies") {
      json members = json::object();
      for (const auto& [name, member] : value.items()) {
        members[name] = member.is_array() ? member : prepare_nested(member, {&at, name}, depth);
      }
      return members;
    }
    if (keyword == "pattern" && trust_ == Trust::stranger) check_pattern(value, at);
    return value;
  }

  json prepare_nested(const json& schema, const Place& at, std::size_t depth) {
    bool outer = std::exchange(open_members_, false);
    json out = prepare(schema, at, depth + 1);
    open_members_ = outer;
    return out;
  }

  json follow_reference(const json& schema, const Place& at, std::size_t depth) {
    const auto& reference = schema.at("$ref");
    std::string name = reference.is_string() ? reference.get<std::string>() : "";
    if (!name.starts_with('#')) {
      return refuse(unsupported_schema_keyword, at, "only references within the schema (#/…) are supported");
    }
    if (std::ranges::find(open_references_, name) != open_references_.end()) {
      return refuse(unsupported_schema_keyword, at, fmt::format("the reference {} leads back to itself", name));
    }
    const json* target = find_target(percent_decoded(std::string_view(name).substr(1)));
    if (!target) return refuse(invalid_schema, at, fmt::format("the reference {} leads nowhere", name));
    open_references_.push_back(name);
    json out = prepare_nested(*target, at, depth);
    open_references_.pop_back();
    return out;
  }

  // json::json_pointer throws on malformed text, so the walk is done here.
  const json* find_target(std::string_view pointer) const {
    const json* node = &root_;
    while (!pointer.empty()) {
      if (pointer[0] != '/') return nullptr;
      pointer.remove_prefix(1);
      auto end = std::min(pointer.find('/'), pointer.size());
      std::string token(pointer.substr(0, end));
      pointer.remove_prefix(end);
      for (auto [code, plain] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
        for (auto at = token.find(code); at != std::string::npos; at = token.find(code, at + 1))
          token.replace(at, 2, plain);
      }
      node = Path{token}.find_in(*node);
      if (!node) return nullptr;
    }
    return node;
  }

  void check_pattern(const json& value, const Place& at) {
    auto pattern = value.is_string() ? compile_pattern(value.get<std::string>())
                                     : Result<std::regex>(fail(ErrorCode::invalid_argument, "a pattern is a text"));
    if (!pattern) refuse(invalid_schema_pattern, at, pattern.error().message);
  }

  json refuse(std::string_view code, const Place& at, std::string message) {
    problems.push_back(
        {std::string(code), Severity::error, {}, fmt::format("schema {}: {}", at.text(), message), {}, {}});
    return nullptr;
  }

  void warn(const Place& at, std::string message) {
    problems.push_back(
        {unsupported_schema_keyword, Severity::warning, {}, fmt::format("schema {}: {}", at.text(), message), {}, {}});
  }

  const json& root_;
  const Trust trust_;
  std::vector<std::string> open_references_;
  std::size_t nodes_ = 0;
  bool open_members_ = false;
};

PreparedSchema refused(std::string message) {
  return {nullptr, {{invalid_schema, Severity::error, {}, std::move(message), {}, {}}}};
}

}  // namespace

PreparedSchema prepare_schema(std::string_view text, Trust trust) {
  if (text.size() > kBytesMax) return refused(fmt::format("the schema is larger than {} bytes", kBytesMax));
  auto root = parse_json(text, kTextDepthMax);
  if (!root) return refused(fmt::format("the schema {}", root.error().message));
  Preparer preparer(*root, trust);
  json prepared = preparer.prepare(*root, {nullptr, {}}, 0);
  PreparedSchema out{nullptr, std::move(preparer.problems)};
  if (has_errors(out.problems)) return out;
  std::string defect = trust == Trust::stranger ? find_schema_defect(prepared) : std::string();
  if (!defect.empty()) {
    out.problems.push_back({invalid_schema, Severity::error, {}, "schema: " + defect, {}, {}});
    return out;
  }
  out.schema = std::make_shared<json>(std::move(prepared));
  return out;
}

}  // namespace chela::config
