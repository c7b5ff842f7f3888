#include "kernel/app/gateway_config.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/schema.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr const char* kDefaults = "defaults";  // channels.defaults is no channel

// `{source: "env", id: "NAME"}`: upstream's form of a reference.
bool is_reference(const Json& value) { return value.is_object() && value.contains("source") && value.contains("id"); }

// Every value of an object or array, with its path.
template <class Visit>
void for_each_child(Json& value, const config::Path& path, Visit visit) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) visit(child, path.child(key));
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) visit(value[i], path.child(i));
  }
}

void leave_out_secrets(const Json& schema, Json& value, const config::Path& path) {
  if (value.is_object()) {
    for (auto it = value.begin(); it != value.end();) {
      bool named = it->is_string() && config::is_secret(schema, path.child(it.key()));
      bool secret = named || is_reference(it.value());
      it = secret ? value.erase(it) : std::next(it);
    }
  }
  for_each_child(value, path, [&](Json& child, const config::Path& where) { leave_out_secrets(schema, child, where); });
}

// What is written for channels and plugins is theirs alone: a name of the environment may stand in any text of it.
void leave_out_others(Json& config, const std::string& plugin_id) {
  auto keep_switch = [](Json& section) {
    section = section.is_object() && section.contains("enabled") ? Json{{"enabled", section["enabled"]}} : Json::object();
  };
  if (auto channels = config.find("channels"); channels != config.end() && channels->is_object()) {
    for (auto& [id, section] : channels->items()) {
      if (id != kDefaults) keep_switch(section);
    }
  }
  auto plugins = config.find("plugins");
  if (plugins == config.end() || !plugins->is_object() || !plugins->contains("entries")) return;
  auto& entries = (*plugins)["entries"];
  if (!entries.is_object()) return;
  for (auto& [id, entry] : entries.items()) {
    if (id != plugin_id) keep_switch(entry);
  }
}

// False: it names a secret that cannot be had.
bool resolve(const EffectiveConfig& configuration, Json& value, const config::Path& path) {
  bool text_with_variables = value.is_string() && value.get_ref<const std::string&>().find("${") != std::string::npos;
  bool secret_text = value.is_string() && config::is_secret(configuration.spec().schema(), path);
  if (is_reference(value) || secret_text || text_with_variables) {
    auto resolved = configuration.secrets().resolve(value);
    if (resolved) value = std::move(*resolved);
    return resolved.has_value();
  }
  if (value.is_object()) {
    for (auto it = value.begin(); it != value.end();) {
      it = resolve(configuration, it.value(), path.child(it.key())) ? std::next(it) : value.erase(it);
    }
  } else {
    for_each_child(value, path, [&](Json& child, const config::Path& where) { resolve(configuration, child, where); });
  }
  return true;
}

}  // namespace

std::vector<std::string> channels_on(const config::Snapshot& config) {
  std::vector<std::string> out;
  const auto* channels = config.find("channels");
  if (!channels || !channels->is_object()) return out;
  for (const auto& [id, section] : channels->items()) {
    if (id == kDefaults || !section.is_object() || section.value("enabled", Json(true)) == false) continue;
    out.push_back(id);
  }
  return out;
}

Json channel_settings(const config::Snapshot& config, const std::string& channel) {
  const auto* section = config::Path{"channels", channel}.find_in(config.root());
  return section && section->is_object() ? *section : Json::object();
}

Json resolved_channel_settings(const EffectiveConfig& configuration, const std::string& channel) {
  auto settings = channel_settings(configuration.current(), channel);
  resolve(configuration, settings, {"channels", channel});
  return settings;
}

std::vector<std::string> channels_of(const plugins::PluginSet& plugins, const std::string& plugin_id) {
  constexpr std::string_view kPrefix = "channel/";
  std::vector<std::string> out;
  auto add = [&](std::string id) {
    if (std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  };
  for (const auto* capability : plugins.registry().list("channel")) {
    if (capability->plugin_id == plugin_id) add(capability->id);
  }
  const auto* record = plugins.find(plugin_id);
  if (!record) return out;
  for (const auto& claim : record->manifest->claims) {
    if (!claim.starts_with(kPrefix)) continue;
    auto id = claim.substr(kPrefix.size());
    const auto* owner = plugins.registry().find("channel", id);
    if (!owner || owner->plugin_id == plugin_id) add(std::move(id));
  }
  return out;
}

std::string gateway_config(const EffectiveConfig& configuration, const plugins::PluginSet& plugins,
                           const std::string& plugin_id) {
  const auto& root = configuration.current().root();
  Json out = root;
  out.erase("secrets");
  leave_out_secrets(configuration.spec().schema(), out, {});
  leave_out_others(out, plugin_id);
  for (const auto& channel : channels_of(plugins, plugin_id)) {
    if (config::Path{"channels", channel}.find_in(root)) {
      out["channels"][channel] = resolved_channel_settings(configuration, channel);
    }
  }
  if (const auto* own = config::Path{"plugins", "entries", plugin_id, "config"}.find_in(root)) {
    out["plugins"]["entries"][plugin_id]["config"] = *own;
  }
  return json_text(out);
}

}  // namespace chela::app
