#pragma once

// The commands of the program. Each function adds one to the command line; its callback sets the exit code
// (docs/command-line.md).

#include <CLI/App.hpp>

#include "kernel/core/base/clock.hpp"

namespace chela::cli {

void add_gateway_command(CLI::App& program, TimePoint started_at, int& exit_code);
void add_chat_command(CLI::App& program, int& exit_code);
void add_run_command(CLI::App& program, int& exit_code);
void add_health_command(CLI::App& program, int& exit_code);
void add_doctor_command(CLI::App& program, int& exit_code);
void add_sessions_command(CLI::App& program, int& exit_code);
void add_plugins_command(CLI::App& program, int& exit_code);
void add_config_command(CLI::App& program, int& exit_code);
void add_completion_command(CLI::App& program, int& exit_code);
void add_version_command(CLI::App& program, int& exit_code);

constexpr int kFailed = 1;
constexpr int kInterrupted = 130;

}  // namespace chela::cli
