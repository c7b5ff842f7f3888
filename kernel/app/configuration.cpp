#include "kernel/app/configuration.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"

namespace chela::app {
namespace {

bool configures_plugins(const config::Snapshot& config) {
  auto has_any = [&](const char* path) {
    const auto* entries = config.find(path);
    return entries && entries->is_object() && !entries->empty();
  };
  return has_any("plugins.entries") || has_any("channels");
}

// The sections of a plugin's channels are its own to read; their keys are known to it alone.
void claim_channels(config::ConfigSpec& spec, const plugins::Manifest& manifest) {
  constexpr std::string_view kPrefix = "channel/";
  std::vector<std::string> ids;
  for (const auto& provision : manifest.provides) {
    if (provision.kind == "channel") ids.push_back(provision.id);
  }
  for (const auto& claim : manifest.claims) {
    if (claim.starts_with(kPrefix)) ids.push_back(claim.substr(kPrefix.size()));
  }
  for (const auto& id : ids) {
    // A second plugin with the same channel is told of when the registry is filled.
    (void)spec.add({.owner = "plugin " + manifest.id, .path = config::Path{"channels", id}.text(),
                    .schema = R"({"type": "object"})", .reload = config::Reload::live, .from_plugin = true});
  }
}

}  // namespace

plugins::Roots plugin_roots(const Home& home, const config::Snapshot* config) {
  plugins::Roots roots{.load_paths = {},
                       .home = home.plugins(),
                       .bundled = bundled_plugins(),
                       .workspace = home.workspace() / ".chela" / "plugins"};
  if (config) {
    roots.load_paths = plugin_load_paths(*config);
    roots.workspace = workspace(*config, home.workspace()) / ".chela" / "plugins";
  }
  return roots;
}

config::Loaded load_configuration(config::ConfigSpec& spec, const config::LoadRequest& request, const Home& home) {
  auto loaded = config::load(spec, request);
  if (loaded.snapshot && !configures_plugins(*loaded.snapshot)) return loaded;
  std::vector<config::Problem> refused;
  for (const auto& found : plugins::discover(plugin_roots(home, loaded.snapshot.get()), {}).plugins) {
    const auto& manifest = found.manifest;
    claim_channels(spec, manifest);
    if (!manifest.config_schema) continue;
    auto schema = manifest.config_schema->dump();
    auto problems = spec.add({.owner = "plugin " + manifest.id, .path = "plugins.entries." + manifest.id + ".config",
                              .schema = schema, .reload = config::Reload::live, .from_plugin = true});
    std::ranges::move(problems, std::back_inserter(refused));
  }
  loaded = config::load(spec, request);
  loaded.problems.insert(loaded.problems.begin(), refused.begin(), refused.end());
  return loaded;
}

}  // namespace chela::app
