#pragma once

// The commands below `chela skills`. The group itself is made in skills_command.cpp; each function adds to it.

#include <CLI/App.hpp>

namespace chela::cli {

void add_skills_list_commands(CLI::App& skills, int& exit_code);    // list, check, info
void add_skills_make_commands(CLI::App& skills, int& exit_code);    // new, pack
void add_skills_deps_command(CLI::App& skills, int& exit_code);     // deps
void add_skills_sync_command(CLI::App& skills, int& exit_code);     // sync
void add_skills_inspect_command(CLI::App& skills, int& exit_code);  // inspect
void add_skills_scan_command(CLI::App& skills, int& exit_code);     // scan
void add_skills_hub_commands(CLI::App& skills, int& exit_code);     // search, install, update, remove

}  // namespace chela::cli
