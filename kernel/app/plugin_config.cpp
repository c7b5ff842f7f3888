#include "kernel/app/plugin_config.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/schema.hpp"

namespace chela::app {

std::string plugin_config(const config::Snapshot& config, const plugins::Manifest& manifest) {
  auto slice = nlohmann::json::object();
  const auto* entries = config.find("plugins.entries");
  if (entries && entries->contains(manifest.id)) {
    slice = entries->at(manifest.id).value("config", nlohmann::json::object());
  }
  if (manifest.config_schema) config::fill_defaults(*manifest.config_schema, slice);
  return json_text(slice);
}

}  // namespace chela::app
