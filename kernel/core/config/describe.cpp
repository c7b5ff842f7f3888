#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

constexpr std::size_t kShownMax = 12;

std::string join(const std::vector<std::string>& parts, std::string_view last_word) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? fmt::format(" {} ", last_word) : ", ";
    out += parts[i];
  }
  return out;
}

std::string describe_range(const json& schema, std::string_view low_key, std::string_view high_key) {
  const auto* low = find_member(schema, low_key);
  const auto* high = find_member(schema, high_key);
  if (low && high) return fmt::format(" from {} to {}", low->dump(), high->dump());
  if (low) return fmt::format(" of at least {}", low->dump());
  return high ? fmt::format(" of at most {}", high->dump()) : "";
}

std::string describe_length(const json& schema, std::string_view kind, std::string_view unit) {
  const auto* low = find_member(schema, fmt::format("min{}", kind));
  const auto* high = find_member(schema, fmt::format("max{}", kind));
  if (low && high) return fmt::format(" of {} to {} {}", low->dump(), high->dump(), unit);
  if (low) return *low == 1 ? "" : fmt::format(" of at least {} {}", low->dump(), unit);
  return high ? fmt::format(" of at most {} {}", high->dump(), unit) : "";
}

std::string describe_type(const json& schema, std::string_view type) {
  if (type == "boolean") return "true or false";
  if (type == "null") return "null";
  if (type == "object") return "an object";
  if (type == "integer") return "a whole number" + describe_range(schema, "minimum", "maximum");
  if (type == "number") return "a number" + describe_range(schema, "minimum", "maximum");
  if (type == "array") return "a list" + describe_length(schema, "Items", "items");
  std::string pattern = text_member(schema, "pattern");
  std::string title = text_member(schema, "title");
  if (!pattern.empty()) return title.empty() ? fmt::format("a text of the form {}", pattern) : title;
  const auto* low = find_member(schema, "minLength");
  return (low && *low == 1 ? "a text that is not empty" : "a text") + describe_length(schema, "Length", "characters");
}

}  // namespace

std::string describe(const json& schema) {
  if (const auto* values = find_member(schema, "enum"); values && values->is_array()) {
    std::vector<std::string> shown;
    for (const auto& value : *values) {
      if (shown.size() == kShownMax) break;
      shown.push_back(json_text(value));
    }
    if (values->size() > kShownMax) shown.push_back("…");
    return shown.size() == 1 ? shown[0] : "one of " + join(shown, "or");
  }
  if (const auto* value = find_member(schema, "const"))
    return json_text(*value);
  for (auto keyword : {"anyOf", "oneOf"}) {
    const auto* list = find_member(schema, keyword);
    if (!list || !list->is_array()) continue;
    std::vector<std::string> forms;
    for (const auto& form : *list) forms.push_back(describe(form));
    return join(forms, "or");
  }
  const auto* type = find_member(schema, "type");
  if (!type) return "another value";
  if (type->is_string()) return describe_type(schema, type->get<std::string>());
  std::vector<std::string> types;
  if (type->is_array()) {
    for (const auto& name : *type) {
      if (name.is_string()) types.push_back(describe_type(schema, name.get<std::string>()));
    }
  }
  return join(types, "or");
}

}  // namespace chela::config
