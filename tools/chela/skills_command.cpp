#include <CLI/CLI.hpp>

#include "tools/chela/commands.hpp"
#include "tools/chela/skills_commands.hpp"

namespace chela::cli {

void add_skills_command(CLI::App& program, int& exit_code) {
  auto* skills = program.add_subcommand("skills", "What the agent can be taught by folders with a SKILL.md");
  skills->require_subcommand(1);
  add_skills_list_commands(*skills, exit_code);
  add_skills_make_commands(*skills, exit_code);
  add_skills_deps_command(*skills, exit_code);
  add_skills_sync_command(*skills, exit_code);
  add_skills_inspect_command(*skills, exit_code);
  add_skills_scan_command(*skills, exit_code);
  add_skills_hub_commands(*skills, exit_code);
}

}  // namespace chela::cli
