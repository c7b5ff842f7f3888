#include "tools/chela/commands.hpp"

namespace chela::cli {

void add_commands(CLI::App& program, TimePoint started_at, int& exit_code) {
  program.require_subcommand(1);
  add_gateway_command(program, started_at, exit_code);
  add_chat_command(program, exit_code);
  add_run_command(program, exit_code);
  add_health_command(program, exit_code);
  add_doctor_command(program, exit_code);
  add_sessions_command(program, exit_code);
  add_plugins_command(program, exit_code);
  add_skills_command(program, exit_code);
  add_config_command(program, exit_code);
  add_completion_command(program, exit_code);
  add_version_command(program, exit_code);
}

}  // namespace chela::cli
