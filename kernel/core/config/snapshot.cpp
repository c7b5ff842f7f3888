#include "kernel/core/config/snapshot.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/secrets.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

void redact_below(const json& schema, const Path& path, json& value) {
  if (value.is_string()) {
    if (is_literal_secret(value) && is_secret(schema, path)) value = "[redacted]";
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items()) redact_below(schema, path.child(key), member);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) redact_below(schema, path.child(i), value[i]);
  }
}

}  // namespace

const json* Snapshot::find(std::string_view path) const {
  auto parsed = Path::parse(path);
  CHELA_ASSERT(parsed, "paths in the code are well formed");
  return parsed->find_in(root());
}

std::int64_t Snapshot::get_integer(std::string_view path) const {
  const json* value = find(path);
  CHELA_ASSERT(value && value->is_number_integer(), "the schema gives the key a whole number and a default");
  return value->get<std::int64_t>();
}

bool Snapshot::get_boolean(std::string_view path) const {
  const json* value = find(path);
  CHELA_ASSERT(value && value->is_boolean(), "the schema gives the key a flag and a default");
  return value->get<bool>();
}

std::string Snapshot::get_string(std::string_view path) const {
  const json* value = find(path);
  CHELA_ASSERT(value && value->is_string(), "the schema gives the key a text and a default");
  return value->get<std::string>();
}

std::optional<std::string> Snapshot::find_string(std::string_view path) const {
  const json* value = find(path);
  if (!value || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::vector<std::string> Snapshot::find_strings(std::string_view path) const {
  std::vector<std::string> out;
  const json* value = find(path);
  if (!value || !value->is_array()) return out;
  for (const auto& item : *value) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

Origin Snapshot::origin_of(const Path& path) const {
  for (auto change = parts_.overrides.rbegin(); change != parts_.overrides.rend(); ++change) {
    if (path.starts_with(change->path)) return change->origin;
  }
  if (const SourceNode* node = parts_.source ? parts_.source->find(path) : nullptr) {
    return {Origin::Kind::file, fmt::format("{}:{}:{}", parts_.file, node->position.line, node->position.column)};
  }
  return {Origin::Kind::defaults, "default"};
}

json redacted(const json& schema, const json& document) {
  json copy = document;
  redact_below(schema, {}, copy);
  return copy;
}

}  // namespace chela::config
