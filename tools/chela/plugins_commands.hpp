#pragma once

// The commands below `chela plugins` that change what is installed, or make packages.

#include <functional>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::cli {

void add_install_commands(CLI::App& plugins, int& exit_code);    // install, update, search
void add_installed_commands(CLI::App& plugins, int& exit_code);  // remove, enable, disable, verify, rollback, review
void add_publish_commands(CLI::App& plugins, int& exit_code);    // pack, sign, keygen, publish-check
void add_trust_commands(CLI::App& plugins, int& exit_code);      // trust list, add, remove, revoke
void add_life_commands(CLI::App& plugins, int& exit_code);       // reload, restart, logs, top

// Posts to the gateway that the configuration names, if it runs; in words what became of it.
std::string tell_gateway(const std::string& config, const std::string& path);
// What it says of a plugin; nothing when no gateway runs or it does not know the plugin.
std::optional<nlohmann::json> ask_gateway_about(const std::string& config, const std::string& id);
inline constexpr const char* kRescanPath = "/api/plugins/rescan";

// Runs `action` when the command was given and turns its result into the exit code.
void on_command(CLI::App& command, int& exit_code, std::function<Result<int>()> action);

}  // namespace chela::cli
