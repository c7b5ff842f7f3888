#include "kernel/core/config/schema.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/schema_walk.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

// What the forms of a schema say about one key of an object.
struct KeyVerdict {
  bool known = false;
  bool opaque = false;                 // allowed, and nothing is said about what it holds
  std::vector<const json*> schemas;    // what it must look like
  std::vector<std::string_view> names;  // the names the object knows
  std::string unowned;
};

bool says_something_of_members(const json& form) {
  return form.contains("properties") || form.contains("additionalProperties");
}

void judge_key(const json& form, const std::string& key, KeyVerdict& verdict) {
  const auto* properties = find_member(form, "properties");
  if (properties) {
    for (const auto& [name, ignored] : properties->items()) verdict.names.push_back(name);
    if (const auto* property = find_member(*properties, key)) {
      verdict.known = true;
      verdict.schemas.push_back(property);
      return;
    }
  }
  const auto* rest = find_member(form, "additionalProperties");
  if (rest && rest->is_boolean() && !rest->get<bool>()) return;
  verdict.known = true;
  verdict.unowned = text_member(form, "x-unowned");
  if (rest && rest->is_object()) {
    verdict.schemas.push_back(rest);
  } else {
    verdict.opaque = true;
  }
}

class UnknownKeyFinder {
 public:
  std::vector<UnknownKey> found;

  // `schemas` all speak of `value`, which stands at `path`.
  void visit(const std::vector<const json*>& schemas, const json& value, const Path& path) {
    std::vector<const json*> forms;
    for (const auto* schema : schemas) {
      for (const auto* form : forms_of(*schema)) {
        if (admits_type(*form, type_of(value))) forms.push_back(form);
      }
    }
    if (value.is_array()) visit_items(forms, value, path);
    if (value.is_object()) visit_members(forms, value, path);
  }

 private:
  void visit_items(const std::vector<const json*>& forms, const json& value, const Path& path) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::vector<const json*> schemas;
      for (const auto* form : forms) {
        if (const auto* item = item_schema(*form, i)) schemas.push_back(item);
      }
      if (!schemas.empty()) visit(schemas, value[i], path.child(i));
    }
  }

  void visit_members(const std::vector<const json*>& forms, const json& value, const Path& path) {
    std::vector<const json*> speaking;
    std::ranges::copy_if(forms, std::back_inserter(speaking),
                         [](auto* form) { return says_something_of_members(*form); });
    if (speaking.empty()) return;
    for (const auto& [key, member] : value.items()) {
      KeyVerdict verdict;
      for (const auto* form : speaking) judge_key(*form, key, verdict);
      Path at = path.child(key);
      if (!verdict.known) {
        found.push_back({at, std::string(nearest(key, verdict.names)), {}});
      } else if (verdict.schemas.empty() || !verdict.opaque) {
        if (!verdict.unowned.empty()) found.push_back({at, std::string(nearest(key, verdict.names)), verdict.unowned});
        if (!verdict.schemas.empty()) visit(verdict.schemas, member, at);
      }
    }
  }
};

json default_of(const json& schema) {
  if (const auto* value = find_member(schema, "default")) return *value;
  // An object that is complete without the person's help is made up, so that its defaults are seen.
  bool can_be_made = admits_type(schema, "object") && schema.contains("properties") && !schema.contains("required");
  if (!can_be_made) return nullptr;
  json made = json::object();
  fill_defaults(schema, made);
  return made.empty() ? json(nullptr) : made;
}

// The member that `key` names, as the schema spells it, and its schema.
std::pair<std::string, const json*> find_member_schema(const json& schema, const std::string& key, bool any_case) {
  for (const auto* form : forms_of(schema)) {
    const auto* properties = find_member(*form, "properties");
    if (const auto* property = properties ? find_member(*properties, key) : nullptr) return {key, property};
  }
  if (any_case) {
    for (const auto* form : forms_of(schema)) {
      const auto* properties = find_member(*form, "properties");
      if (!properties) continue;
      for (const auto& [name, property] : properties->items()) {
        if (equal_ignoring_case(name, key)) return {name, &property};
      }
    }
  }
  for (const auto* form : forms_of(schema)) {
    if (const auto* rest = member_schema(*form, key)) return {key, rest};
  }
  return {key, nullptr};
}

bool sounds_secret(std::string_view key) {
  constexpr std::array<std::string_view, 8> kWords = {"token",      "key",        "secret",        "password",
                                                      "passphrase", "credential", "authorization", "cookie"};
  std::string lower = to_lower(key);
  return std::ranges::any_of(kWords, [&](auto word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

std::vector<UnknownKey> find_unknown_keys(const json& schema, const json& document) {
  UnknownKeyFinder finder;
  finder.visit({&schema}, document, {});
  return std::move(finder.found);
}

void fill_defaults(const json& schema, json& document) {
  if (!schema.is_object()) return;
  if (const auto* parts = find_member(schema, "allOf"); parts && parts->is_array()) {
    for (const auto& part : *parts) fill_defaults(part, document);
  }
  if (document.is_array()) {
    for (std::size_t i = 0; i < document.size(); ++i) {
      if (const auto* item = item_schema(schema, i)) fill_defaults(*item, document[i]);
    }
  }
  if (!document.is_object()) return;
  for (auto& [key, value] : document.items()) {
    if (const auto* member = member_schema(schema, key)) fill_defaults(*member, value);
  }
  const auto* properties = find_member(schema, "properties");
  if (!properties || !properties->is_object()) return;
  for (const auto& [key, property] : properties->items()) {
    if (document.contains(key)) continue;
    json value = default_of(property);
    if (value.is_null()) continue;
    fill_defaults(property, value);
    document.emplace(key, std::move(value));
  }
}

const json* find_schema(const json& schema, const Path& path, Path* resolved) {
  const json* current = &schema;
  Path spelled;
  for (const auto& segment : path.segments()) {
    const json* next = nullptr;
    if (const auto* key = std::get_if<std::string>(&segment)) {
      auto [name, member] = find_member_schema(*current, *key, resolved != nullptr);
      if (member) spelled = spelled.child(name);
      next = member;
    }
    for (const auto* form : forms_of(*current)) {
      if (next || as_index(segment) == static_cast<std::size_t>(-1)) break;
      next = item_schema(*form, as_index(segment));
      if (next) spelled = spelled.child(as_index(segment));
    }
    if (!next) return nullptr;
    current = next;
  }
  if (resolved) *resolved = spelled;
  return current;
}

bool is_secret(const json& schema, const Path& path) {
  if (sounds_secret(path.last_key())) return true;
  Path around;
  for (const auto& segment : path.segments()) {
    around = around.child(segment);
    const auto* part = find_schema(schema, around);
    if (!part) return false;
    const auto* mark = find_member(*part, "writeOnly");
    if (mark && mark->is_boolean() && mark->get<bool>()) return true;
  }
  return false;
}

}  // namespace chela::config
