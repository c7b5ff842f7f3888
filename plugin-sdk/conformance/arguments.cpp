#include "plugin-sdk/conformance/arguments.hpp"

#include <cctype>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace chela::conformance {
namespace {

using Json = nlohmann::json;

constexpr int kDepthMax = 8;

std::string type_of(const Json& schema) {
  const Json type = schema.value("type", Json());
  if (type.is_string()) return type.get<std::string>();
  if (type.is_array() && !type.empty() && type[0].is_string()) return type[0].get<std::string>();
  return schema.contains("properties") ? "object" : "string";
}

Json plain(const Json& schema, int depth);

Json plain_object(const Json& schema, int depth) {
  Json out = Json::object();
  const Json properties = schema.value("properties", Json::object());
  for (const Json& name : schema.value("required", Json::array())) {
    if (name.is_string())
      out[name.get<std::string>()] = plain(properties.value(name.get<std::string>(), Json()), depth + 1);
  }
  return out;
}

Json plain_text(const Json& schema) {
  std::string text = "chela";
  const Json least = schema.value("minLength", Json());
  const Json most = schema.value("maxLength", Json());
  if (least.is_number_unsigned())
    text.resize(std::max(text.size(), std::min<std::size_t>(least.get<std::size_t>(), 4096)), 'a');
  if (most.is_number_unsigned() && text.size() > most.get<std::size_t>()) text.resize(most.get<std::size_t>());
  return text;
}

Json plain(const Json& schema, int depth) {
  if (!schema.is_object() || depth > kDepthMax) return "chela";
  for (const char* keyword : {"const", "default"}) {
    if (schema.contains(keyword)) return schema[keyword];
  }
  for (const char* keyword : {"enum", "examples"}) {
    const Json values = schema.value(keyword, Json());
    if (values.is_array() && !values.empty()) return values[0];
  }
  for (const char* keyword : {"oneOf", "anyOf", "allOf"}) {
    const Json variants = schema.value(keyword, Json());
    if (variants.is_array() && !variants.empty()) return plain(variants[0], depth + 1);
  }
  const std::string type = type_of(schema);
  if (type == "object") return plain_object(schema, depth);
  if (type == "integer" || type == "number") return schema.value("minimum", Json(1));
  if (type == "boolean") return false;
  if (type == "null") return nullptr;
  if (type == "array") {
    const bool filled = schema.value("minItems", Json(0)) != Json(0);
    return filled ? Json::array({plain(schema.value("items", Json()), depth + 1)}) : Json::array();
  }
  return plain_text(schema);
}

Json odd_value(std::mt19937_64& random) {
  switch (random() % 10) {
    case 0:
      return nullptr;
    case 1:
      return true;
    case 2:
      return -1;
    case 3:
      return UINT64_MAX;
    case 4:
      return 1e308;
    case 5:
      return "";
    case 6:
      return std::string(70'000, 'x');
    case 7:
      return "../../../../etc/passwd";
    case 8:
      return std::string("\0\x1b[2J\xF0\x9F\xA6\x80", 9);
    default:
      return Json::array({Json::object(), Json::array()});
  }
}

}  // namespace

std::string plain_value(const std::string& schema) {
  const Json json = Json::parse(schema, nullptr, false);
  Json value = plain(json.is_object() ? json : Json::object({{"type", "object"}}), 0);
  if (!value.is_object()) value = Json::object();
  return value.dump();
}

std::string odd_object(const std::string& schema, std::mt19937_64& random) {
  const Json json = Json::parse(schema, nullptr, false);
  Json out = Json::object();
  if (json.is_object()) {
    const Json properties = json.value("properties", Json::object());
    for (const auto& item : properties.items()) {
      if (random() % 4 != 0) out[item.key()] = odd_value(random);
    }
  }
  if (random() % 2 == 0) out["conformance-" + std::to_string(random() % 1000)] = odd_value(random);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string default_values(const std::string& schema) {
  const Json json = Json::parse(schema, nullptr, false);
  Json out = Json::object();
  if (!json.is_object()) return out.dump();
  const Json properties = json.value("properties", Json::object());
  for (const auto& item : properties.items()) {
    if (item.value().is_object() && item.value().contains("default")) out[item.key()] = item.value()["default"];
  }
  return out.dump();
}

std::string respelled(const std::string& json) {
  std::string out = " \r\n";
  bool inside = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const bool quote = c == '"';
    if (inside && c == '\\') {
      const std::size_t size = json.compare(i, 2, "\\u") == 0 ? 6 : 2;
      out.append(json, i, size);
      i += size - 1;
    } else if (inside && !quote && static_cast<unsigned char>(c) < 0x80) {
      constexpr const char* kDigits = "0123456789abcdef";
      out += std::string("\\u00") + kDigits[(c >> 4) & 7] + kDigits[c & 15];
    } else {
      out += inside || quote || std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '+'
                 ? std::string(1, c)
                 : "\t" + std::string(1, c) + "\n ";
    }
    if (quote) inside = !inside;
  }
  return out;
}

std::vector<std::string> member_names(const std::string& schema) {
  std::vector<std::string> names;
  const Json json = Json::parse(schema, nullptr, false);
  if (!json.is_object()) return names;
  const Json properties = json.value("properties", Json::object());
  for (const auto& item : properties.items()) names.push_back(item.key());
  return names;
}

bool requires_members(const std::string& schema) {
  const Json json = Json::parse(schema, nullptr, false);
  return json.is_object() && json.value("required", Json()).is_array() && !json["required"].empty();
}

}  // namespace chela::conformance
