#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/chela/checks.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {
namespace {

struct Arguments {
  std::string config;
  bool json = false;
};

constexpr std::string_view sign_of(Status status) {
  constexpr std::string_view kSigns[] = {"✔", "⚠", "✖", "·"};
  return kSigns[static_cast<std::size_t>(status)];
}

nlohmann::json check_json(const Check& check) {
  nlohmann::json out = {{"id", name_of(check.id)}, {"status", name_of(check.status)}, {"summary", check.summary}};
  if (!check.next_step().empty()) out["nextStep"] = check.next_step();
  return out;
}

int examine(const Arguments& arguments) {
  auto checks = run_checks(Installation::read(arguments.config));
  auto failed = std::ranges::count(checks, Status::fail, &Check::status);
  auto warned = std::ranges::count(checks, Status::warn, &Check::status);
  if (arguments.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& check : checks) list.push_back(check_json(check));
    print_json({{"checks", list}, {"failed", failed}, {"warnings", warned}});
  } else {
    for (const auto& check : checks) {
      print(fmt::format("{} {}: {}\n", sign_of(check.status), name_of(check.id), check.summary));
      if (!check.next_step().empty()) print(fmt::format("    → {}\n", check.next_step()));
    }
    print(fmt::format("{} checks, {} failed, {} warnings\n", checks.size(), failed, warned));
  }
  return failed == 0 ? 0 : kFailed;
}

}  // namespace

void add_doctor_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = program.add_subcommand("doctor", "What is set up, what is missing and what to do about it");
  add_config_option(*command, arguments->config);
  command->add_flag("--json", arguments->json, "The checks as JSON");
  command->callback([arguments, &exit_code] { exit_code = examine(*arguments); });
}

}  // namespace chela::cli
