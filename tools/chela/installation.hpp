#pragma once

// What commands know of this machine without a running gateway: home, configuration, plugins.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "kernel/app/config_spec.hpp"
#include "kernel/app/home.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/plugins/discovery.hpp"

namespace chela::cli {

struct Installation {
  config::LoadRequest request;
  config::ConfigSpec spec;
  app::Home home;
  config::Loaded loaded;  // snapshot is null when the configuration is wrong

  // As the command line gives it; `--config` was added by add_config_option().
  static Installation read(const std::string& config_file);
  // The snapshot, or an error that repeats every problem.
  Result<std::shared_ptr<const config::Snapshot>> snapshot() const;
  plugins::Discovery discover_plugins() const;
};

void add_config_option(CLI::App& command, std::string& file);

}  // namespace chela::cli
