#include <CLI/CLI.hpp>

#include "tools/chela/commands.hpp"

int main(int argc, char** argv) {
  auto started_at = chela::system_clock().now();
  CLI::App program("Chela: a self-hosted agent gateway", "chela");
  program.require_subcommand(1);
  int exit_code = 0;
  chela::cli::add_gateway_command(program, started_at, exit_code);
  CLI11_PARSE(program, argc, argv);
  return exit_code;
}
