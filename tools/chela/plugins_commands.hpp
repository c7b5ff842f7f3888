#pragma once

// The commands below `chela plugins` that change what is installed, or make packages.

#include <functional>

#include <CLI/App.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::cli {

void add_install_commands(CLI::App& plugins, int& exit_code);    // install, update, search
void add_installed_commands(CLI::App& plugins, int& exit_code);  // remove, enable, disable, verify, rollback, review
void add_publish_commands(CLI::App& plugins, int& exit_code);    // pack, sign, keygen, publish-check
void add_trust_commands(CLI::App& plugins, int& exit_code);      // trust list, add, remove, revoke

// Runs `action` when the command was given and turns its result into the exit code.
void on_command(CLI::App& command, int& exit_code, std::function<Result<int>()> action);

}  // namespace chela::cli
