#pragma once

// Reads the configuration with the slices of the plugins that it configures.

#include "kernel/app/home.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/config/spec.hpp"
#include "kernel/core/plugins/discovery.hpp"

namespace chela::app {

// Where plugins are looked for. `config` may be null: then only the places that need no configuration.
plugins::Roots plugin_roots(const Home& home, const config::Snapshot* config);

// Loads; when the configuration speaks of plugins, their slices are added to `spec` first, so that their part is
// checked with the rest and every problem is reported at once. Blocking.
config::Loaded load_configuration(config::ConfigSpec& spec, const config::LoadRequest& request, const Home& home);

}  // namespace chela::app
