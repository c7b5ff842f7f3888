#pragma once

// The commands below `chela skills`. The group itself is made in skills_command.cpp; each function adds to it.

#include <CLI/App.hpp>

namespace chela::cli {

void add_skills_inspect_command(CLI::App& skills, int& exit_code);  // inspect
void add_skills_scan_command(CLI::App& skills, int& exit_code);     // scan

}  // namespace chela::cli
