#include "kernel/core/config/spec.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"

namespace chela::config {
namespace {

using namespace problem_code;
using nlohmann::json;

json empty_object_schema() {
  return {{"type", "object"}, {"properties", json::object()}, {"additionalProperties", false}};
}

// Whether `schema` has room for a slice at `path`; nothing is changed.
Result<void> check_room(const json& schema, const Path& path) {
  const json* node = &schema;
  for (const auto& segment : path.segments()) {
    std::string key = as_key(segment);
    if (!node->is_object() || !admits_type(*node, "object")) {
      return fail(ErrorCode::invalid_argument, "{} is not an object in the schema around it", key);
    }
    node = member_schema(*node, key);
    if (!node) break;
  }
  return {};
}

// Puts `slice` at `path` beneath `schema`, which has room. What stood for any name on the way is copied for this one.
void graft(json& schema, const Path& path, json slice) {
  json* node = &schema;
  for (std::size_t i = 0; i < path.size(); ++i) {
    std::string key = as_key(path.segments()[i]);
    json& properties = (*node)["properties"];
    if (!properties.is_object()) properties = json::object();
    bool last = i + 1 == path.size();
    if (!last && !properties.contains(key)) {
      const json* any = find_member(*node, "additionalProperties");
      properties[key] = any && any->is_object() ? *any : empty_object_schema();
    }
    if (last) properties[key] = std::move(slice);
    node = &properties[key];
  }
}

void remove_member(json& document, const Path& path) {
  json* parent = const_cast<json*>(path.parent().find_in(document));  // `document` is ours to change
  if (parent && parent->is_object()) parent->erase(as_key(path.segments().back()));
}

bool matches(const std::vector<std::string>& pattern, const Path& path) {
  if (pattern.size() > path.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != "*" && pattern[i] != as_key(path.segments()[i])) return false;
  }
  return true;
}

}  // namespace

ConfigSpec::ConfigSpec() {
  json root = empty_object_schema();
  root["$schema"] = "http://json-schema.org/draft-07/schema#";
  root["title"] = "Chela configuration";
  root["properties"]["$schema"] = {{"type", "string"}, {"description", "The schema an editor checks this file with."}};
  schema_ = std::make_shared<json>(std::move(root));
}

std::vector<Problem> ConfigSpec::add(const Slice& slice) {
  auto refuse = [&](std::string message) -> std::vector<Problem> {
    return {{invalid_schema,
             Severity::error,
             {},
             fmt::format("the configuration of {}: {}", slice.owner, message),
             {},
             {}}};
  };
  auto path = Path::parse(slice.path);
  if (!path) return refuse(path.error().message);
  for (const auto& other : slices_) {
    if (other.path == *path) return refuse(fmt::format("{} belongs to {} already", path->text(), other.owner));
    if (other.path.starts_with(*path)) {
      return refuse(fmt::format("{} is inside it and was added before, by {}", other.path.text(), other.owner));
    }
  }
  auto [prepared, problems] = prepare_schema(slice.schema, slice.from_plugin ? Trust::stranger : Trust::kernel);
  for (auto& problem : problems)
    problem.message = fmt::format("the configuration of {}: {}", slice.owner, problem.message);
  if (!prepared) return problems;
  if (auto room = check_room(*schema_, *path); !room) return refuse(room.error().message);
  if (schema_.use_count() > 1) schema_ = std::make_shared<json>(*schema_);  // a copy of this spec shares it
  graft(*schema_, *path, std::move(*prepared));
  slices_.push_back({std::move(*path), slice.owner, slice.reload, slice.from_plugin});
  return problems;
}

void ConfigSpec::know_upstream_keys(std::string_view lines) {
  for (auto line : split(lines, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    std::vector<std::string> pattern;
    for (auto part : split(line, '.')) pattern.emplace_back(part);
    upstream_keys_.push_back(std::move(pattern));
  }
}

bool ConfigSpec::is_upstream_key(const Path& path) const {
  return std::ranges::any_of(upstream_keys_, [&](const auto& pattern) { return matches(pattern, path); });
}

std::string ConfigSpec::schema_text() const { return schema_->dump(2) + '\n'; }

const ConfigSpec::Owned* ConfigSpec::find_owner(const Path& path) const {
  const Owned* innermost = nullptr;
  for (const auto& slice : slices_) {
    if (path.starts_with(slice.path) && (!innermost || slice.path.size() >= innermost->path.size())) innermost = &slice;
  }
  return innermost;
}

std::string ConfigSpec::owner_of(const Path& path) const {
  const Owned* slice = find_owner(path);
  return slice ? slice->owner : std::string();
}

Reload ConfigSpec::reload_of(const Path& path) const {
  const Owned* slice = find_owner(path);
  Reload reload = slice ? slice->reload : Reload::restart;
  Path around;
  for (const auto& segment : path.segments()) {
    around = around.child(segment);
    const json* part = slice && around.starts_with(slice->path) ? find_schema(*schema_, around) : nullptr;
    std::string mark = part ? text_member(*part, "x-reload") : "";
    if (mark == "live") reload = Reload::live;
    if (mark == "restart") reload = Reload::restart;
  }
  return reload;
}

bool ConfigSpec::is_from_plugin(const Path& path) const {
  const Owned* slice = find_owner(path);
  return slice && slice->from_plugin;
}

Problem ConfigSpec::problem_of(const UnknownKey& key) const {
  std::string path = key.path.text();
  if (!key.unowned.empty()) return {config_unowned, Severity::warning, path, key.unowned, {}, key.nearest};
  if (key.path.last_key() == "$include") {  // leaving a part of the file out unnoticed is worse than not starting
    std::string message = "including other files is not supported by this version; put their content here";
    return {config_unsupported_key, Severity::error, path, message, {}, {}};
  }
  if (is_from_plugin(key.path)) {
    std::string message = fmt::format("unknown key of {}", owner_of(key.path));
    return {config_additional_property, Severity::error, path, message, {}, key.nearest};
  }
  if (is_upstream_key(key.path)) {
    std::string message = "known in openclaw.json, not supported by this version; ignored";
    return {config_unsupported_key, Severity::warning, path, message, {}, {}};
  }
  return {config_unknown_key, Severity::error, path, "unknown key", {}, key.nearest};
}

std::vector<Problem> ConfigSpec::check(const json& document) const {
  std::vector<Problem> problems;
  json known = document;  // what is ignored must not make a form of its surroundings fail
  for (const auto& key : find_unknown_keys(*schema_, document)) {
    problems.push_back(problem_of(key));
    if (key.unowned.empty()) remove_member(known, key.path);
  }
  for (auto& problem : validate(*schema_, known)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace chela::config
