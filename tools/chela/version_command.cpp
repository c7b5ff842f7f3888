#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chela/abi.h"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {

void add_version_command(CLI::App& program, int& exit_code) {
  program.set_version_flag("--version", CHELA_VERSION);
  auto json = std::make_shared<bool>(false);
  auto* command = program.add_subcommand("version", "The version");
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &exit_code] {
    auto abi = fmt::format("{}.{}", CHELA_ABI_MAJOR, CHELA_ABI_MINOR);
    if (*json) {
      print_json({{"version", CHELA_VERSION}, {"abi", abi}});
    } else {
      print(fmt::format("chela {} (plugin ABI {})\n", CHELA_VERSION, abi));
    }
    exit_code = 0;
  });
}

}  // namespace chela::cli
