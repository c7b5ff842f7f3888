#pragma once

// The configuration as plugins and channels are shown it. Loop thread; secrets may lie in files, which are read.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/app/effective_config.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::app {

// The channels that are turned on: channels.ID is there and not `enabled: false`.
std::vector<std::string> channels_on(const config::Snapshot& config);
// channels.ID as it is written; an empty object when there is none.
nlohmann::json channel_settings(const config::Snapshot& config, const std::string& channel);
// The same with references to secrets replaced by what they name. What names nothing is left out.
nlohmann::json resolved_channel_settings(const EffectiveConfig& configuration, const std::string& channel);

// The ids of the channels that a plugin provides or announces.
std::vector<std::string> channels_of(const plugins::PluginSet& plugins, const std::string& plugin_id);

// The whole configuration in upstream's form for one plugin: without secrets, but with those of its own channels and
// with its own slice as it stands. A JSON object.
std::string gateway_config(const EffectiveConfig& configuration, const plugins::PluginSet& plugins,
                           const std::string& plugin_id);

}  // namespace chela::app
