#include <iostream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/app/settings.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/store.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/plugins/manifest.hpp"
#include "plugin-sdk/conformance/conformance.hpp"
#include "plugin-sdk/conformance/probe.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/installation.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"
#include "tools/scaffold/scaffold.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kRegistrationsBytesMax = 16 << 20;
constexpr std::size_t kDepthMax = 128;

struct Arguments {
  std::string config;
  std::string id;
  bool json = false;
};

Json plugin_json(const plugins::Found& found) {
  const auto& manifest = found.manifest;
  Json provides = Json::array();
  for (const auto& provision : manifest.provides) provides.push_back(provision.kind + "/" + provision.id);
  Json out = {{"id", manifest.id},
              {"version", manifest.version},
              {"name", manifest.name},
              {"description", manifest.description},
              {"origin", plugins::name_of(found.origin)},
              {"enabled", found.disabled_because.empty()},
              {"provides", provides}};
  if (!found.disabled_because.empty()) out["disabledBecause"] = found.disabled_because;
  return out;
}

Json details_json(const plugins::Found& found) {
  const auto& manifest = found.manifest;
  auto out = plugin_json(found);
  out["directory"] = manifest.directory.string();
  out["library"] = manifest.library.string();
  out["abi"] = fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor);
  out["status"] = manifest.status;
  out["securityPosture"] = manifest.security_posture;
  out["permissions"] = {{"network", manifest.permissions.network}, {"paths", manifest.permissions.paths},
                        {"exec", manifest.permissions.exec}, {"secrets", manifest.permissions.secrets}};
  out["requires"] = manifest.required_capabilities;
  out["runtime"] = manifest.runtime == plugins::Runtime::node ? "node" : "native";
  out["claims"] = manifest.claims;
  out["slot"] = manifest.slot;
  if (manifest.config_schema) out["configSchema"] = *manifest.config_schema;
  Json tools = Json::array();
  for (const auto& provision : manifest.provides) {
    for (const auto& tool : provision.descriptor->value("tools", Json::array())) {
      tools.push_back({{"name", tool["name"]},
                       {"description", tool["description"]},
                       {"effects", tool.value("effects", Json::array())}});
    }
  }
  out["tools"] = tools;
  return out;
}

// What is installed and runs in the Node bridge, which discovery does not look for.
void add_node_plugins(const Installation& installation, Json& rows) {
  const auto& home = installation.home.root;
  auto lock = packages::read_lock_file(packages::lock_file_path(home));
  if (!lock) return complain(lock.error().message);
  auto selection =
      installation.loaded.snapshot ? app::plugin_selection(*installation.loaded.snapshot) : plugins::Selection();
  for (const auto& [id, plugin] : lock->plugins) {
    auto info = packages::read_package(home / "plugins" / id);
    if (!info || info->kind != packages::PackageKind::node) continue;
    auto entry = selection.entries.find(id);
    rows.push_back({{"id", id},
                    {"version", plugin.current.version},
                    {"name", info->name},
                    {"description", info->description},
                    {"origin", plugins::name_of(plugins::Origin::home)},
                    {"enabled", entry == selection.entries.end() || entry->second},
                    {"provides", info->capabilities}});
  }
}

int list(const Arguments& arguments) {
  auto installation = Installation::read(arguments.config);
  auto discovery = installation.discover_plugins();
  Json plugins = Json::array();
  for (const auto& found : discovery.plugins) plugins.push_back(plugin_json(found));
  add_node_plugins(installation, plugins);
  Json problems = Json::array();
  for (const auto& diagnostic : discovery.diagnostics)
    problems.push_back({{"code", plugins::name_of(diagnostic.code)}, {"message", diagnostic.message}});
  if (arguments.json) return print_json({{"plugins", plugins}, {"diagnostics", problems}}), 0;
  for (const auto& plugin : plugins) {
    print(for_terminal(fmt::format("{:<16} {:<8} {:<10} {:<9} {}\n", plugin["id"].get<std::string>(),
                                   plugin["version"].get<std::string>(), plugin["origin"].get<std::string>(),
                                   plugin["enabled"] == true ? "enabled" : "disabled",
                                   plugin["description"].get<std::string>())));
  }
  for (const auto& problem : problems) complain(problem["message"].get<std::string>());
  return 0;
}

// What the lock file knows of a plugin; null when nobody installed it.
Result<Json> installed_json(const std::filesystem::path& home, const std::string& id) {
  CHELA_TRY(auto lock, packages::read_lock_file(packages::lock_file_path(home)));
  CHELA_TRY(auto keys, packages::TrustStore::open(home));
  auto plugin = lock.plugins.find(id);
  if (plugin == lock.plugins.end()) return Json();
  auto out = entry_json(plugin->second.current, keys);
  if (plugin->second.previous) out["previous"] = plugin->second.previous->version;
  return out;
}

// What a plugin for Node said when it last ran.
Json kept_registrations(const Installation& installation, const std::string& id) {
  Json out = Json::array();
  auto text = platform::read_file(installation.home.registrations() / (id + ".json"), kRegistrationsBytesMax);
  auto kept = parse_json(text.value_or("{}"), kDepthMax);
  if (!kept || !kept->is_object()) return out;
  for (const auto& one : kept->value("registrations", Json::array())) {
    if (one.is_object()) out.push_back(text_of(one, "kind") + "/" + text_of(one, "id"));
  }
  return out;
}

int inspect(const Arguments& arguments) {
  auto installation = Installation::read(arguments.config);
  auto discovery = installation.discover_plugins();
  auto installed = installed_json(installation.home.root, arguments.id);
  if (!installed) return fail_with(installed.error());
  Json details;
  for (const auto& found : discovery.plugins) {
    if (found.manifest.id == arguments.id) details = details_json(found);
  }
  if (details.is_null() && installed->is_null())
    return fail_with(
        {ErrorCode::not_found, "no plugin " + arguments.id + "; `chela plugins list` shows those there are"});
  if (!installed->is_null()) details["installed"] = *installed;
  if (auto registered = kept_registrations(installation, arguments.id); !registered.empty())
    details["registrations"] = std::move(registered);
  if (auto live = ask_gateway_about(arguments.config, arguments.id)) {
    for (const char* key : {"state", "trust", "isolation", "process", "diagnostics", "config"}) {
      if (live->contains(key)) details["running"][key] = (*live)[key];
    }
  }
  if (arguments.json) return print_json(details), 0;
  for (const auto& [key, value] : details.items()) {
    print(fmt::format("{:<16} {}\n", key, for_terminal(value.is_string() ? value.get<std::string>() : value.dump())));
  }
  return 0;
}

int create(const std::string& id, const std::string& kind, std::string directory) {
  if (directory.empty()) directory = id;
  auto files = scaffold::write_plugin(id, kind, directory);
  if (!files) return fail_with(files.error());
  for (const auto& file : *files) print(file.string() + "\n");
  return 0;
}

int list_cases(bool json) {
  Json cases = Json::array();
  for (const auto& c : conformance::case_names()) {
    cases.push_back({{"name", c.name}, {"sentence", c.sentence}});
    if (!json) print(fmt::format("{:<30} {}\n", c.name, c.sentence));
  }
  if (json) print_json({{"cases", cases}});
  return 0;
}

int check(const conformance::Options& options, bool list_only) {
  if (list_only) return list_cases(options.json);
  if (!options.library.empty()) return conformance::run(options, stdout);
  complain("name the library to check, or ask for the cases with --list");
  return kWrongCommandLine;
}

void add_check(CLI::App& group, int& exit_code) {
  auto options = std::make_shared<conformance::Options>();
  auto list_only = std::make_shared<bool>(false);
  auto* command =
      group.add_subcommand("check", "Whether a plugin keeps the rules of the ABI; each case in a process of its own");
  command->add_option("library", options->library, "The plugin's library");
  command->add_flag("--list", *list_only, "The cases, none of which runs");
  command->add_option("--manifest", options->manifest, "Its manifest (default: chela.plugin.json beside it)");
  command->add_option("--config", options->configuration, "Its configuration, a JSON object");
  command->add_option("--filter", options->filter, "Only cases whose name contains this");
  command->add_option("--seed", options->seed, "Repeats a run whose report names this seed");
  command->add_flag("--json", options->json, "The report as JSON");
  command->add_flag("--in-process", options->in_process, "For a debugger: no child processes, no deadlines");
  command->callback([options, list_only, &exit_code] { exit_code = check(*options, *list_only); });
}

// What the gateway runs before it loads a strange plugin itself; the configuration comes on standard input.
void add_probe(CLI::App& group, int& exit_code) {
  auto library = std::make_shared<std::string>();
  auto* command = group.add_subcommand("probe", "Loads, starts and stops a plugin in this process, and says how far it came");
  command->add_option("library", *library, "The plugin's library")->required();
  command->callback([library, &exit_code] {
    const std::string configuration{std::istreambuf_iterator<char>(std::cin), {}};
    exit_code = conformance::probe(*library, configuration.empty() ? "{}" : configuration);
  });
}

void add_new(CLI::App& group, int& exit_code) {
  struct New {
    std::string id, kind = "tool", directory;
  };
  auto wanted = std::make_shared<New>();
  auto* command = group.add_subcommand("new", "Writes a plugin that builds and passes the check at once");
  command->add_option("name", wanted->id, "Its id")->required();
  command->add_option("--kind", wanted->kind, "What it provides")->check(CLI::IsMember(scaffold::kinds()))->capture_default_str();
  command->add_option("--dir", wanted->directory, "The folder to write (default: the id)");
  command->callback([wanted, &exit_code] { exit_code = create(wanted->id, wanted->kind, wanted->directory); });
}

}  // namespace

void add_plugins_command(CLI::App& program, int& exit_code) {
  auto* group =
      program.add_subcommand("plugins", "The plugins: what they may do, whether they keep the contract, a new one");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* description, int (*action)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = group->add_subcommand(name, description);
    add_config_option(*command, arguments->config);
    command->add_flag("--json", arguments->json, "One JSON document");
    command->callback([arguments, action, &exit_code] { exit_code = action(*arguments); });
    return std::pair(command, arguments);
  };
  add("list", "The plugins there are", list);
  auto [command, arguments] = add("inspect", "What a plugin is and asks for; none of its code runs", inspect);
  command->add_option("id", arguments->id, "The plugin's id")->required();
  add_install_commands(*group, exit_code);
  add_installed_commands(*group, exit_code);
  add_publish_commands(*group, exit_code);
  add_trust_commands(*group, exit_code);
  add_life_commands(*group, exit_code);
  add_check(*group, exit_code);
  add_probe(*group, exit_code);
  add_new(*group, exit_code);
}

}  // namespace chela::cli
