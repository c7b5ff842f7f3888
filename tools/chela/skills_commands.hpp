#pragma once

// The commands below `chela skills`. Each function adds one to the group; its callback sets the exit code.

#include <CLI/App.hpp>

namespace chela::cli {

void add_skills_scan_command(CLI::App& group, int& exit_code);

}  // namespace chela::cli
