#pragma once

// The part of the configuration that a plugin is given. Any thread.

#include <string>

#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::app {

// plugins.entries.ID.config with the defaults of the manifest's schema, a JSON object.
std::string plugin_config(const config::Snapshot& config, const plugins::Manifest& manifest);

}  // namespace chela::app
