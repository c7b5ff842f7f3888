#include <cstdio>

#include <CLI/CLI.hpp>

#include "tools/chela/commands.hpp"

namespace {

constexpr int kWrongCommandLine = 2;

}  // namespace

int main(int argc, char** argv) {
  using namespace chela::cli;
  auto started_at = chela::system_clock().now();
  CLI::App program("Chela: a self-hosted agent gateway", "chela");
  program.require_subcommand(1);
  int exit_code = 0;
  add_gateway_command(program, started_at, exit_code);
  add_chat_command(program, exit_code);
  add_run_command(program, exit_code);
  add_health_command(program, exit_code);
  add_doctor_command(program, exit_code);
  add_sessions_command(program, exit_code);
  add_plugins_command(program, exit_code);
  add_config_command(program, exit_code);
  add_completion_command(program, exit_code);
  add_version_command(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // The library says that a command is missing, and not which word was none.
    auto rest = program.remaining(true);
    if (rest.empty()) return program.exit(error), kWrongCommandLine;
    std::fprintf(stderr, "chela: there is no command `%s`; chela --help lists them\n", rest.front().c_str());
    return kWrongCommandLine;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kWrongCommandLine;
  }
  return exit_code;
}
