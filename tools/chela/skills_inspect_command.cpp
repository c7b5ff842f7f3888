#include <memory>

#include <CLI/CLI.hpp>

#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/inspect.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/skills_commands.hpp"

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

}  // namespace

void add_skills_inspect_command(CLI::App& skills, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = skills.add_subcommand("inspect", "One line of JSON for each directory with a SKILL.md");
  command->add_option("--root", arguments->roots, "Directory below which to look; may be repeated")->required();
  command->add_flag("--parity", arguments->parity, "Exactly as upstream reads them: nothing that it ignores counts");
  command->add_flag("--prompt", arguments->prompt, "At the end, what the model would read");
  command->add_flag("--json", arguments->json, "As it is anyway");
  command->add_option("--bin", arguments->bins, "A program that is to count as installed; may be repeated");
  command->add_option("--env", arguments->env, "NAME=VALUE that is to count as set; may be repeated");
  command->add_option("--config", arguments->config, "Configuration whose skills section counts");
  command->add_option("--platform", arguments->platform, "linux, darwin or win32");
  command->callback([arguments, &exit_code] { exit_code = inspect(*arguments); });
}

}  // namespace chela::cli
