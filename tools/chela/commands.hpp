#pragma once

// The commands of the program. Each function adds one to the command line; its callback sets the exit code.

#include <CLI/App.hpp>

#include "kernel/core/base/clock.hpp"
#include "tools/chela/exit_code.hpp"

namespace chela::cli {

constexpr const char* kProgramName = "chela";
constexpr const char* kProgramDescription = "Chela: a self-hosted agent gateway";

// All of them. `exit_code` outlives `program`.
void add_commands(CLI::App& program, TimePoint started_at, int& exit_code);

void add_gateway_command(CLI::App& program, TimePoint started_at, int& exit_code);
void add_chat_command(CLI::App& program, int& exit_code);
void add_run_command(CLI::App& program, int& exit_code);
void add_health_command(CLI::App& program, int& exit_code);
void add_doctor_command(CLI::App& program, int& exit_code);
void add_sessions_command(CLI::App& program, int& exit_code);
void add_plugins_command(CLI::App& program, int& exit_code);
void add_skills_command(CLI::App& program, int& exit_code);
void add_config_command(CLI::App& program, int& exit_code);
void add_completion_command(CLI::App& program, int& exit_code);
void add_version_command(CLI::App& program, int& exit_code);

}  // namespace chela::cli
