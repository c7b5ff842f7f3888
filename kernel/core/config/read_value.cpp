#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/overlay.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

// The types that some form of the schema names; empty when it does not care.
std::set<std::string> types_of(const json& schema) {
  std::set<std::string> types;
  for (const auto* form : forms_of(schema)) {
    if (const auto* type = find_member(*form, "type")) {
      if (type->is_string()) types.insert(type->get<std::string>());
      if (!type->is_array()) continue;
      for (const auto& name : *type) {
        if (name.is_string()) types.insert(name.get<std::string>());
      }
    }
    const auto* choices = find_member(*form, "enum");
    if (!choices || !choices->is_array()) continue;
    for (const auto& choice : *choices) types.emplace(type_of(choice));
  }
  return types;
}

// What the text is as JSON5, unless that is a text again.
std::optional<json> as_json5(std::string_view text) {
  auto value = parse_json5(text);
  if (!value || value->is_string()) return std::nullopt;
  return std::move(*value);
}

std::optional<bool> as_flag(std::string_view text) {
  std::string lower = to_lower(trim(text));
  if (lower == "true" || lower == "1" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "0" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

Result<json> read_list(const json& schema, std::string_view text) {
  const json* item = nullptr;
  for (const auto* form : forms_of(schema)) {
    if (!item) item = item_schema(*form, 0);
  }
  json list = json::array();
  if (trim(text).empty()) return list;
  for (auto part : split(text, ',')) {
    CHELA_TRY(json value, read_value(item, trim(part)));
    list.push_back(std::move(value));
  }
  return list;
}

}  // namespace

Result<json> read_value(const json* schema, std::string_view text) {
  std::set<std::string> types = schema ? types_of(*schema) : std::set<std::string>();
  auto literal = as_json5(text);
  if (types.empty()) return literal ? *literal : json(text);
  if (literal && !literal->is_boolean()) {
    std::string type(type_of(*literal));
    if (types.contains(type) || (type == "integer" && types.contains("number"))) return *literal;
  }
  if (types.contains("boolean")) {
    bool only = !types.contains("string");
    if (only ? as_flag(text).has_value() : literal && literal->is_boolean()) return *as_flag(text);
  }
  std::string_view start = trim(text).substr(0, 1);
  bool structured = start == "{" || start == "[";
  if (types.contains("string") && !(structured && literal)) return json(text);
  if (types.contains("array") && !structured) return read_list(*schema, text);
  // A structure of the wrong kind, or a broken one: the schema check says what is wrong with the former.
  if (literal && literal->is_structured()) return *literal;
  return fail(ErrorCode::invalid_argument, "expected {}", describe(*schema));
}

}  // namespace chela::config
