#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/discovery.hpp"
#include "kernel/runtime/skills/gate.hpp"
#include "kernel/runtime/skills/inspect.hpp"
#include "kernel/runtime/skills/programs.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {
namespace {

namespace skills = runtime::skills;

constexpr std::size_t kConfigBytesMax = 1 << 20;

struct Arguments {
  std::vector<std::string> roots;
  std::vector<std::string> bins;
  std::vector<std::string> env;
  std::string config;
  std::string platform = "linux";
  bool parity = false;
  bool prompt = false;
  bool json = false;
};

int inspect(const Arguments& arguments) {
  skills::InspectSettings settings{.parity = arguments.parity, .platform = arguments.platform, .prompt = arguments.prompt};
  settings.bins.insert(arguments.bins.begin(), arguments.bins.end());
  for (const auto& pair : arguments.env) {
    auto equals = std::min(pair.find('='), pair.size());
    settings.env.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
  }
  if (!arguments.config.empty()) {
    auto text = platform::read_file(arguments.config, kConfigBytesMax);
    if (!text) return fail_with(text.error());
    settings.config = std::move(*text);
  }
  std::string out;
  auto print_line = [&](const std::string& line) {
    out += line;
    out += '\n';
  };
  for (const auto& root : arguments.roots) {
    if (auto done = skills::inspect(root, settings, print_line); !done) return fail_with(done.error());
  }
  print(out);
  return 0;
}

nlohmann::json json_of(const skills::Skill& skill, const std::vector<skills::Unmet>& unmet) {
  auto missing = nlohmann::json::array();
  for (const auto& one : unmet) missing.push_back({{"need", skills::name_of(one.need)}, {"what", one.what}, {"message", one.message}});
  return {{"name", skill.name}, {"description", skill.description}, {"path", skill.file_path}, {"key", skill.key()},
          {"eligible", unmet.empty()}, {"missing", missing}, {"notes", skill.notes}};
}

// What would be offered here, and why the rest is not.
int list(const Arguments& arguments) {
  std::vector<skills::Root> roots;
  for (const auto& root : arguments.roots) roots.push_back({root, skills::Source::workspace});
  auto set = skills::load_skills(roots, {});
  const char* path = std::getenv("PATH");
  skills::Programs programs(path ? path : "");
  skills::Surroundings here{.has_bin = [&](const std::string& name) { return programs.has(name); }};
  here.variable = [](const std::string& name) -> std::string {
    const char* value = std::getenv(name.c_str());
    return value ? value : "";
  };
  auto out = nlohmann::json{{"skills", nlohmann::json::array()}, {"problems", nlohmann::json::array()}};
  std::string table;
  for (const auto& skill : set.skills) {
    auto unmet = skills::unmet_needs(skill, here);
    table += fmt::format("{} {}\n", unmet.empty() ? "ready  " : "missing", skill.name);
    for (const auto& one : unmet) table += fmt::format("          {}\n", one.message);
    for (const auto& note : skill.notes) table += fmt::format("          note: {}\n", note);
    out["skills"].push_back(json_of(skill, unmet));
  }
  for (const auto& problem : set.diagnostics) {
    table += fmt::format("refused {}: {}\n", problem.path, problem.message);
    out["problems"].push_back({{"kind", skills::name_of(problem.kind)}, {"path", problem.path}, {"message", problem.message}});
  }
  if (arguments.json) {
    print(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    print(table);
  }
  return 0;
}

}  // namespace

void add_skills_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = program.add_subcommand("skills", "Skills (SKILL.md) in directories: what they are and what they lack");
  command->require_subcommand(1);
  auto* inspection = command->add_subcommand("inspect", "One line of JSON for each directory with a SKILL.md");
  inspection->add_option("--root", arguments->roots, "Directory below which to look; may be repeated")->required();
  inspection->add_flag("--parity", arguments->parity, "Exactly as upstream reads them: nothing that it ignores counts");
  inspection->add_flag("--prompt", arguments->prompt, "At the end, what the model would read");
  inspection->add_flag("--json", arguments->json, "As it is anyway");
  inspection->add_option("--bin", arguments->bins, "A program that is to count as installed; may be repeated");
  inspection->add_option("--env", arguments->env, "NAME=VALUE that is to count as set; may be repeated");
  inspection->add_option("--config", arguments->config, "Configuration whose skills section counts");
  inspection->add_option("--platform", arguments->platform, "linux, darwin or win32");
  inspection->callback([arguments, &exit_code] { exit_code = inspect(*arguments); });
  auto* listing = command->add_subcommand("list", "Which skills could be used here, and what the others lack");
  listing->add_option("--root", arguments->roots, "Directory of skills; may be repeated, the later wins")->required();
  listing->add_flag("--json", arguments->json, "As JSON");
  listing->callback([arguments, &exit_code] { exit_code = list(*arguments); });
}

}  // namespace chela::cli
