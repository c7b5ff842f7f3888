#pragma once

// How a schema is taken apart. Internal to the schema files of this folder.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace chela::config {

// `schema` and every form it offers through anyOf, oneOf, allOf, then and else, outermost first. Booleans are left out.
std::vector<const nlohmann::json*> forms_of(const nlohmann::json& schema);

// Whether the schema's `type`, if it has one, admits `type` ("object", "array", "string", …; integer is a number).
bool admits_type(const nlohmann::json& schema, std::string_view type);

// The JSON Schema type of a value, "integer" for whole numbers.
std::string_view type_of(const nlohmann::json& value);

// The schema of a member by name: from `properties`, else `additionalProperties` when that is a schema. Null: none.
const nlohmann::json* member_schema(const nlohmann::json& form, const std::string& key);
// The schema of an item, or null.
const nlohmann::json* item_schema(const nlohmann::json& form, std::size_t index);

// The member of an object, or null; safe on any value.
const nlohmann::json* find_member(const nlohmann::json& value, std::string_view key);
// The member as text, or `fallback`.
std::string text_member(const nlohmann::json& value, std::string_view key, std::string_view fallback = {});

}  // namespace chela::config
