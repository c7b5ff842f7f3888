// Whether a JSON schema says what it is meant to say, as far as the usual keywords go.

#include <algorithm>
#include <array>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plugin-sdk/conformance/arguments.hpp"

namespace chela::conformance {
namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 16;
constexpr std::array<std::string_view, 7> kTypes{"object", "array", "string", "number", "integer", "boolean", "null"};

std::string problem_of(const Json& schema, const std::string& place, int depth);

bool is_type(const Json& type) {
  return type.is_string() && std::find(kTypes.begin(), kTypes.end(), type.get<std::string>()) != kTypes.end();
}

std::string type_problem(const Json& schema, const std::string& place) {
  const Json type = schema.value("type", Json("object"));
  if (is_type(type)) return "";
  if (type.is_array() && !type.empty() && std::all_of(type.begin(), type.end(), is_type)) return "";
  return fmt::format("{}.type: {} is no type", place, type.dump());
}

std::string required_problem(const Json& schema, const std::string& place) {
  const Json required = schema.value("required", Json::array());
  if (!required.is_array()) return place + ".required is no array";
  const bool closed = schema.value("additionalProperties", Json(true)) == Json(false);
  const Json properties = schema.value("properties", Json::object());
  for (const Json& name : required) {
    if (!name.is_string()) return place + ".required holds what is no text";
    if (closed && !properties.contains(name.get<std::string>()))
      return fmt::format("{}.required: {} is required and not allowed", place, name.dump());
  }
  return "";
}

std::string bounds_problem(const Json& schema, const std::string& place) {
  for (const char* keyword : {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}) {
    if (schema.contains(keyword) && !schema[keyword].is_number_unsigned())
      return fmt::format("{}.{} is no count", place, keyword);
  }
  for (const char* keyword : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}) {
    if (schema.contains(keyword) && !schema[keyword].is_number())
      return fmt::format("{}.{} is no number", place, keyword);
  }
  if (schema.contains("enum") && (!schema["enum"].is_array() || schema["enum"].empty()))
    return place + ".enum is no array with values";
  return "";
}

std::string pattern_problem(const Json& schema, const std::string& place) {
  if (!schema.contains("pattern")) return "";
  if (!schema["pattern"].is_string()) return place + ".pattern is no text";
  try {
    const std::regex tried(schema["pattern"].get<std::string>(), std::regex::ECMAScript);
    return "";
  } catch (const std::regex_error&) {
    return place + ".pattern is no regular expression";
  }
}

std::string parts_problem(const Json& schema, const std::string& place, int depth) {
  const Json properties = schema.value("properties", Json::object());
  if (!properties.is_object()) return place + ".properties is no object";
  for (const auto& item : properties.items()) {
    auto problem = problem_of(item.value(), place + "." + item.key(), depth + 1);
    if (!problem.empty()) return problem;
  }
  for (const char* keyword : {"items", "additionalProperties", "not"}) {
    if (!schema.contains(keyword)) continue;
    auto problem = problem_of(schema[keyword], fmt::format("{}.{}", place, keyword), depth + 1);
    if (!problem.empty()) return problem;
  }
  for (const char* keyword : {"oneOf", "anyOf", "allOf"}) {
    if (!schema.contains(keyword)) continue;
    if (!schema[keyword].is_array() || schema[keyword].empty())
      return fmt::format("{}.{} is no array with schemas", place, keyword);
    for (const Json& part : schema[keyword]) {
      auto problem = problem_of(part, fmt::format("{}.{}", place, keyword), depth + 1);
      if (!problem.empty()) return problem;
    }
  }
  return "";
}

std::string problem_of(const Json& schema, const std::string& place, int depth) {
  if (schema.is_boolean()) return "";
  if (!schema.is_object()) return place + " is no object";
  if (depth > kDepthMax) return place + " is nested too deep";
  for (auto* part : {&type_problem, &required_problem, &bounds_problem, &pattern_problem}) {
    auto problem = part(schema, place);
    if (!problem.empty()) return problem;
  }
  return parts_problem(schema, place, depth);
}

}  // namespace

std::string schema_problem(const std::string& schema) {
  const Json json = Json::parse(schema, nullptr, false);
  if (!json.is_object()) return "it is no JSON object";
  if (json.contains("type") && json["type"] != Json("object")) return "its type is not \"object\"";
  return problem_of(json, "$", 0);
}

}  // namespace chela::conformance
