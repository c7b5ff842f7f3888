#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "kernel/app/config_spec.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/schema_walk.hpp"
#include "kernel/core/plugins/manifest.hpp"
#include "tools/facts/facts.hpp"

namespace chela::facts {
namespace {

using config::Path;
using nlohmann::json;

// `a.b.*.c[]`: any name, any item.
std::string text_of(const Path& path) {
  std::string out;
  for (const auto& segment : path.segments()) {
    if (std::holds_alternative<std::size_t>(segment)) {
      out += "[]";
    } else {
      out += (out.empty() ? "" : ".") + std::get<std::string>(segment);
    }
  }
  return out;
}

class Walk {
 public:
  explicit Walk(const config::ConfigSpec& spec) : spec_(spec) {}

  json keys() {
    walk(spec_.schema(), {});
    return std::move(keys_);
  }

 private:
  void walk(const json& schema, const Path& path) {
    for (const auto* form : config::forms_of(schema)) {
      if (const auto* members = config::find_member(*form, "properties"); members && members->is_object()) {
        for (const auto& [name, member] : members->items()) add(member, path.child(name), *form);
      }
      const auto* rest = config::find_member(*form, "additionalProperties");
      if (rest && rest->is_object()) add(*rest, path.child("*"), *form);
      if (const auto* item = config::item_schema(*form, 0)) add(*item, path.child(std::size_t{0}), *form);
    }
  }

  void add(const json& schema, const Path& path, const json& around) {
    auto text = text_of(path);
    if (!seen_.insert(text).second) return;
    json key = {{"path", text},
                {"owner", spec_.owner_of(path)},
                {"live", spec_.reload_of(path) == config::Reload::live},
                {"accepts", config::describe(schema)},
                {"secret", config::is_secret(spec_.schema(), path)},
                {"required", is_required(around, path)}};
    for (const char* member : {"title", "description", "default", "enum", "pattern", "x-env"}) {
      if (const auto* value = config::find_member(schema, member)) key[member] = *value;
    }
    if (const auto* item = config::item_schema(schema, 0)) key["item"] = config::describe(*item);
    keys_.push_back(std::move(key));
    walk(schema, path);
  }

  static bool is_required(const json& around, const Path& path) {
    const auto* names = config::find_member(around, "required");
    return names && std::ranges::any_of(*names, [&](const json& name) {
             return name.is_string() && name.get_ref<const std::string&>() == path.last_key();
           });
  }

  const config::ConfigSpec& spec_;
  std::set<std::string> seen_;
  json keys_ = json::array();
};

}  // namespace

Result<json> configuration(const std::vector<std::filesystem::path>& manifests) {
  auto spec = app::kernel_config_spec();
  auto keys = Walk(spec).keys();
  for (const auto& file : manifests) {
    CHELA_TRY(auto manifest, plugins::read_manifest(file));
    if (!manifest.config_schema) continue;
    auto schema = manifest.config_schema->dump();
    auto problems = spec.add({.owner = "plugin " + manifest.id,
                              .path = "plugins.entries." + manifest.id + ".config",
                              .schema = schema,
                              .from_plugin = true});
    if (!problems.empty()) return fail(ErrorCode::invalid_argument, "{}: {}", file.string(), problems[0].message);
  }
  for (auto& key : Walk(spec).keys()) {
    if (key["owner"].get<std::string>().starts_with("plugin ")) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace chela::facts
