#include "tools/chela/plugin_cli_command.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/app/host_programs.hpp"
#include "kernel/app/plugin_config.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/cage/foreground.hpp"
#include "kernel/core/packages/store.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/plugins/registration.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDescriptionBytesMax = 200;
constexpr std::size_t kManifestDepthMax = 64;

bool is_word(std::string_view word) {
  auto fits = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == ':'; };
  return !word.empty() && word.size() <= 64 && word.front() != '-' && std::ranges::all_of(word, fits);
}

// The commands of one `cli` registration.
void add_registered(const plugins::Registration& registration, const std::string& plugin_id,
                    std::vector<PluginCommandLine>& out) {
  std::vector<std::string> parents;
  for (const auto& word : registration.descriptor->value("parentPath", Json::array())) {
    if (!word.is_string() || !is_word(word.get<std::string>())) return;
    parents.push_back(word.get<std::string>());
  }
  for (const auto& command : registration.descriptor->value("commands", Json::array())) {
    if (!command.is_object() || !is_word(text_of(command, "name"))) continue;
    auto words = parents;
    words.push_back(text_of(command, "name"));
    auto description = text_of(command, "description");
    out.push_back({std::move(words), for_terminal(cut_utf8(trim(description), kDescriptionBytesMax)), plugin_id, {}});
  }
}

// Whoever comes first has a name: chela itself, then the plugins by their ids.
void settle_names(std::vector<PluginCommandLine>& lines, const std::vector<std::string>& built_in) {
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (std::ranges::find(built_in, line->words.front()) != built_in.end()) {
      line->why_not = "chela has a command of its own of this name";
      continue;
    }
    auto first = std::find_if(lines.begin(), line, [&](const auto& other) { return other.words == line->words; });
    if (first != line) line->why_not = "that of plugin " + first->plugin_id + " comes first";
  }
}

const plugins::Manifest* manifest_of(const plugins::Discovery& discovery, const std::string& plugin_id) {
  auto found = std::ranges::find_if(discovery.plugins, [&](const auto& one) { return one.manifest.id == plugin_id; });
  return found == discovery.plugins.end() ? nullptr : &found->manifest;
}

std::vector<std::string> names_of(const CLI::App& program) {
  std::vector<std::string> out;
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    out.push_back(command->get_name());
  }
  return out;
}

// What bridge-node reads from descriptor 3: the parameters of plugin.start, and where state lies.
std::string job_for(const Installation& installation, const plugins::Manifest& manifest,
                    const std::filesystem::path& state) {
  const auto& config = *installation.loaded.snapshot;
  Json job = {{"plugin", manifest.id},
              {"version", manifest.version},
              {"directory", manifest.directory.string()},
              {"entry", manifest.library.string()},
              {"manifest", parse_json(*manifest.text, kManifestDepthMax).value_or(Json::object())},
              {"config", object_of(app::plugin_config(config, manifest))},
              {"gatewayConfig", config::redacted(installation.spec.schema(), config.root())},
              {"stateDirectory", state.string()}};
  return json_text(job);
}

Result<int> run(const Installation& installation, const PluginCommandLine& line, const plugins::Manifest& manifest,
                const std::vector<std::string>& arguments) {
  CHELA_TRY(auto config, installation.snapshot());
  CHELA_CHECK(packages::verify_installed(installation.home.root, manifest.directory));
  auto workspace = app::workspace(*config, installation.home.workspace());
  CHELA_CHECK(platform::make_private_directory(workspace));
  const auto* path = config::find_variable(installation.request.environment, "PATH");
  auto programs = app::host_programs(*config, installation.home, workspace, path ? *path : "");
  auto wishes = app::plugin_isolation(*config);
  auto wish = wishes.find(line.plugin_id);
  auto isolation = wish == wishes.end() || wish->second == plugins::Isolation::in_process
                       ? plugins::Isolation::sandbox
                       : wish->second;
  const plugins::RemoteStart wanted{.manifest = std::make_shared<const plugins::Manifest>(manifest),
                                    .isolation = isolation,
                                    .open_sockets = app::plugins_with_sockets(*config).contains(line.plugin_id)};
  CHELA_TRY(auto program, remote::command_line_program(programs, wanted, arguments));
  CHELA_CHECK(platform::make_private_directory(program.state_directory));
  CHELA_TRY(auto ended, cage::run_in_foreground({.command = std::move(program.argv), .policy = std::move(program.cage),
                                                 .document = job_for(installation, manifest, program.state_directory)}));
  if (!ended.reason.empty()) complain("plugin " + line.plugin_id + ": " + ended.reason);
  return ended.exit_code;
}

// Those of the plugins, one a line, as the library's help is.
std::string help_text(const CLI::App& program) {
  auto lines = plugin_command_lines(Installation::read(""), names_of(program));
  if (lines.empty()) return {};
  std::string out = "COMMANDS OF PLUGINS:\n";
  for (const auto& line : lines) {
    std::string words;
    for (const auto& word : line.words) words += (words.empty() ? "" : " ") + word;
    auto more = line.why_not.empty() ? line.description : "not callable: " + line.why_not;
    out += fmt::format("  {:<26} {} (plugin {})\n", words, more, line.plugin_id);
  }
  return out;
}

}  // namespace

std::vector<PluginCommandLine> plugin_command_lines(const Installation& installation,
                                                    const std::vector<std::string>& built_in) {
  std::vector<PluginCommandLine> out;
  if (!installation.loaded.snapshot) return out;
  for (const auto& found : installation.discover_plugins().plugins) {
    const auto& manifest = found.manifest;
    if (manifest.runtime != plugins::Runtime::node || !found.disabled_because.empty()) continue;
    auto fingerprint = plugins::registration_fingerprint(
        manifest, app::plugin_config(*installation.loaded.snapshot, manifest));
    auto file = installation.home.registrations() / (manifest.id + ".json");
    for (const auto& registration : plugins::load_registrations(file, fingerprint)) {
      if (registration.kind == "cli") add_registered(registration, manifest.id, out);
    }
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) {
    return std::tie(a.words, a.plugin_id) < std::tie(b.words, b.plugin_id);
  });
  settle_names(out, built_in);
  return out;
}

void add_plugin_command_lines(CLI::App& program) {
  program.footer([&program] { return help_text(program); });
}

std::optional<int> run_plugin_command_line(const CLI::App& program, const std::vector<std::string>& arguments) {
  if (arguments.empty() || !is_word(arguments.front())) return std::nullopt;
  auto built_in = names_of(program);
  if (std::ranges::find(built_in, arguments.front()) != built_in.end()) return std::nullopt;
  auto installation = Installation::read("");
  auto lines = plugin_command_lines(installation, built_in);
  auto is_called = [&](const PluginCommandLine& line) {
    return line.why_not.empty() && line.words.size() <= arguments.size() &&
           std::equal(line.words.begin(), line.words.end(), arguments.begin());
  };
  auto called = std::ranges::find_if(lines, is_called);
  if (called == lines.end()) return std::nullopt;
  auto discovery = installation.discover_plugins();
  const auto* manifest = manifest_of(discovery, called->plugin_id);
  if (!manifest) return std::nullopt;
  auto code = run(installation, *called, *manifest, arguments);
  if (!code) return fail_with(std::move(code.error()).with_context("plugin " + called->plugin_id));
  return *code;
}

}  // namespace chela::cli
