#include <algorithm>
#include <cstdio>

#include <CLI/CLI.hpp>

#include "tools/chela/commands.hpp"
#include "tools/chela/plugin_cli_command.hpp"

int main(int argc, char** argv) {
  using namespace chela::cli;
  auto started_at = chela::system_clock().now();
  CLI::App program(kProgramDescription, kProgramName);
  int exit_code = kDone;
  add_commands(program, started_at, exit_code);
  add_plugin_command_lines(program);
  if (auto code = run_plugin_command_line(program, {argv + std::min(argc, 1), argv + argc})) return *code;
  try {
    program.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // The library says that a command is missing, and not which word was none.
    auto rest = program.remaining(true);
    if (rest.empty()) return program.exit(error), kWrongCommandLine;
    std::fprintf(stderr, "chela: there is no command `%s`; chela --help lists them\n", rest.front().c_str());
    return kWrongCommandLine;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kDone : kWrongCommandLine;
  }
  return exit_code;
}
