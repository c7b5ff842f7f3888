#include "kernel/core/config/overlay.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"

extern char** environ;

namespace chela::config {
namespace {

using namespace problem_code;
using nlohmann::json;

constexpr std::string_view kPrefix = "CHELA__";
constexpr std::string_view kSeparator = "__";

Path path_of_variable(std::string_view name) {
  Path path;
  name.remove_prefix(kPrefix.size());
  while (true) {
    auto end = name.find(kSeparator);
    path = path.child(std::string(name.substr(0, end)));
    if (end == std::string_view::npos) return path;
    name.remove_prefix(end + kSeparator.size());
  }
}

// The variables of `x-env`, in the order of the schema, with the settings they mean.
void collect_aliases(const json& schema, const Path& path,
                     std::vector<std::pair<Path, std::vector<std::string>>>& out) {
  for (const auto* form : forms_of(schema)) {
    const auto* properties = find_member(*form, "properties");
    if (!properties || !properties->is_object()) continue;
    for (const auto& [key, property] : properties->items()) {
      Path at = path.child(key);
      if (const auto* names = find_member(property, "x-env"); names && names->is_array()) {
        std::vector<std::string> list;
        for (const auto& name : *names) {
          if (name.is_string()) list.push_back(name.get<std::string>());
        }
        out.emplace_back(at, std::move(list));
      }
      collect_aliases(property, at, out);
    }
  }
}

class Overlay {
 public:
  Overlay(const json& schema, json& document) : schema_(schema), document_(document) {}
  OverlayResult result;

  void apply(const Path& path, std::string_view text, const Origin& origin) {
    if (!is_valid_utf8(path.text()) || !is_valid_utf8(text)) {
      return refuse({}, "the setting is not UTF-8, as every text of the configuration is", origin);
    }
    Path spelled = path;
    const json* schema = find_schema(schema_, path, &spelled);
    if (!schema) spelled = path;
    auto value = read_value(schema, text);
    if (!value) return refuse(spelled, value.error().message, origin);
    if (auto set = set_value(document_, spelled, std::move(*value)); !set) {
      return refuse(spelled, set.error().message, origin);
    }
    result.overrides.push_back({std::move(spelled), origin});
  }

  void refuse(const Path& path, std::string message, const Origin& origin) {
    result.problems.push_back(
        {config_bad_override, Severity::error, path.text(), std::move(message), origin.where, {}});
  }

 private:
  const json& schema_;
  json& document_;
};

Origin variable_origin(std::string_view name) {
  return {Origin::Kind::environment, fmt::format("environment variable {}", repair_utf8(name))};
}

}  // namespace

Environment process_environment() {
  Environment out;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text = *entry;
    auto equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

const std::string* find_variable(const Environment& environment, std::string_view name) {
  auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

OverlayResult apply_environment(const json& schema, const Environment& environment, json& document) {
  Overlay overlay(schema, document);
  std::vector<std::pair<Path, std::vector<std::string>>> aliases;
  collect_aliases(schema, {}, aliases);
  for (const auto& [path, names] : aliases) {
    auto set =
        std::ranges::find_if(names, [&](const auto& name) { return find_variable(environment, name) != nullptr; });
    if (set != names.end()) overlay.apply(path, *find_variable(environment, *set), variable_origin(*set));
  }
  for (auto entry = environment.lower_bound(kPrefix); entry != environment.end(); ++entry) {
    const auto& [name, text] = *entry;
    if (!name.starts_with(kPrefix)) break;
    Path path = path_of_variable(name);
    bool complete = std::ranges::none_of(path.segments(), [](const auto& segment) { return as_key(segment).empty(); });
    if (complete) {
      overlay.apply(path, text, variable_origin(name));
    } else {
      overlay.refuse({}, "an empty name between two underscores", variable_origin(name));
    }
  }
  return std::move(overlay.result);
}

OverlayResult apply_settings(const json& schema, const std::vector<std::string>& settings, json& document) {
  Overlay overlay(schema, document);
  const Origin origin{Origin::Kind::command_line, "command line"};
  for (const auto& setting : settings) {
    auto quoted_end = setting.rfind("\"]");  // a quoted key may hold "="
    auto first = setting.find('=');
    bool inside = quoted_end != std::string::npos && setting.find("[\"") < first && first < quoted_end;
    auto equals = inside ? setting.find('=', quoted_end) : first;
    auto path = Path::parse(std::string_view(setting).substr(0, equals));
    if (equals == std::string::npos || !path || path->empty()) {
      overlay.refuse({}, "a setting is written path=value", origin);
    } else {
      overlay.apply(*path, std::string_view(setting).substr(equals + 1), origin);
    }
  }
  return std::move(overlay.result);
}

Result<void> set_value(json& document, const Path& path, json value) {
  json* node = &document;
  Path around;
  for (const auto& segment : path.segments()) {
    bool index = std::holds_alternative<std::size_t>(segment);
    if (node->is_null()) *node = index ? json::array() : json::object();
    if (node->is_array()) {
      std::size_t at = as_index(segment);
      if (at > node->size()) {
        return fail(ErrorCode::invalid_argument, "{} has {} items; the next is [{}]", around.text(), node->size(),
                    node->size());
      }
      if (at == node->size()) node->push_back(nullptr);
      node = &(*node)[at];
    } else if (node->is_object() && !index) {
      node = &(*node)[as_key(segment)];
    } else {
      return fail(ErrorCode::invalid_argument, "{} is not {}", around.text(), index ? "a list" : "an object");
    }
    around = around.child(segment);
  }
  *node = std::move(value);
  return {};
}

}  // namespace chela::config
