#include "tools/chela/commands.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/facts/facts.hpp"

namespace chela::facts {
namespace {

using nlohmann::json;

json option_json(const CLI::Option& option) {
  json names = json::array();
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  if (names.empty()) names.push_back(option.get_name(true));
  return {{"names", names},
          {"positional", option.get_positional()},
          {"value", option.get_items_expected_max() > 0 ? option.get_type_name() : ""},
          {"default", option.get_default_str()},
          {"required", option.get_required()},
          {"repeats", option.get_items_expected_max() > 1},
          {"description", option.get_description()}};
}

json command_json(const CLI::App& command) {
  json options = json::array();
  for (const auto* option : command.get_options()) {
    if (option != command.get_help_ptr()) options.push_back(option_json(*option));
  }
  json below = json::array();
  for (const auto* sub : command.get_subcommands({})) below.push_back(command_json(*sub));
  return {{"name", command.get_name()},
          {"description", command.get_description()},
          {"options", options},
          {"commands", below}};
}

}  // namespace

json commands() {
  CLI::App program(cli::kProgramDescription, cli::kProgramName);
  int exit_code = 0;
  cli::add_commands(program, {}, exit_code);
  return command_json(program);
}

}  // namespace chela::facts
