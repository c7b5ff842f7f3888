#include "kernel/core/config/schema_walk.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace chela::config {
namespace {

void collect_forms(const nlohmann::json& schema, std::vector<const nlohmann::json*>& forms) {
  if (!schema.is_object()) return;
  forms.push_back(&schema);
  for (auto keyword : {"allOf", "anyOf", "oneOf"}) {
    const auto* list = find_member(schema, keyword);
    if (!list || !list->is_array()) continue;
    for (const auto& form : *list) collect_forms(form, forms);
  }
  for (auto keyword : {"then", "else"}) {
    if (const auto* form = find_member(schema, keyword)) collect_forms(*form, forms);
  }
}

}  // namespace

std::vector<const nlohmann::json*> forms_of(const nlohmann::json& schema) {
  std::vector<const nlohmann::json*> forms;
  collect_forms(schema, forms);
  return forms;
}

bool admits_type(const nlohmann::json& schema, std::string_view type) {
  const auto* wanted = find_member(schema, "type");
  if (!wanted) return true;
  auto admits = [&](const nlohmann::json& name) { return name == type || (name == "number" && type == "integer"); };
  return wanted->is_array() ? std::ranges::any_of(*wanted, admits) : admits(*wanted);
}

std::string_view type_of(const nlohmann::json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "boolean";
  if (value.is_number_integer()) return "integer";
  return value.is_number() ? "number" : "null";
}

const nlohmann::json* member_schema(const nlohmann::json& form, const std::string& key) {
  if (const auto* properties = find_member(form, "properties")) {
    if (const auto* property = find_member(*properties, key)) return property;
  }
  const auto* rest = find_member(form, "additionalProperties");
  return rest && rest->is_object() ? rest : nullptr;
}

const nlohmann::json* item_schema(const nlohmann::json& form, std::size_t index) {
  const auto* items = find_member(form, "items");
  if (!items) return nullptr;
  if (!items->is_array()) return items->is_object() ? items : nullptr;
  return index < items->size() ? &(*items)[index] : nullptr;
}

const nlohmann::json* find_member(const nlohmann::json& value, std::string_view key) {
  if (!value.is_object()) return nullptr;
  auto member = value.find(key);
  return member == value.end() ? nullptr : &*member;
}

std::string text_member(const nlohmann::json& value, std::string_view key, std::string_view fallback) {
  const auto* member = find_member(value, key);
  return member && member->is_string() ? member->get<std::string>() : std::string(fallback);
}

}  // namespace chela::config
