#include <cstdlib>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/app/host_programs.hpp"
#include "kernel/core/packages/npm_registry.hpp"
#include "kernel/core/packages/openclaw_package.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/package_work.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Arguments {
  PackageWork::Options options;
  std::string source;
  std::vector<std::string> ids, keywords = {"openclaw-plugin", "chela-plugin"};
  bool dry_run = false, yes = false, pin = false, allow_older = false, replace = false, json = false;
};

bool needs_registry(const packages::Source& source) {
  return source.kind == packages::SourceKind::npm;
}

// What is asked before files of somebody else are taken. An update that asks for nothing new needs no second yes.
Result<void> get_consent(const Arguments& arguments, const packages::Candidate& candidate,
                         const packages::LockEntry* installed) {
  if (arguments.yes) return {};
  const auto& info = candidate.info;
  if (installed && packages::new_permissions(installed->permissions, info.permissions).empty() &&
      arguments.source.empty())
    return {};
  if (ask(fmt::format("Install {} {}?", for_terminal(info.id), for_terminal(info.version)))) return {};
  return fail(ErrorCode::denied, "{} is not installed: nobody agreed; --yes agrees without asking", info.id);
}

struct Outcome {
  Json report;
  bool installed = false;
};

// What the plugin takes of upstream's SDK that only upstream's own package has; empty for native plugins, too, and where
// there is no Node, which the plugin would not run without.
Result<std::string> missing_sdk(PackageWork& work, const packages::Candidate& candidate) {
  if (candidate.info.kind != packages::PackageKind::node) return std::string();
  const auto& config = work.installation().loaded.snapshot;
  if (!config) return std::string();
  const char* path = std::getenv("PATH");
  auto programs = app::host_programs(*config, work.installation().home, work.home(), path ? path : "");
  if (programs.node.empty() || programs.node_host.empty()) return std::string();
  return work.run(packages::find_missing_sdk(work.context(), programs.node, programs.node_host, candidate.fetched.folder));
}

// Says before consent what is fetched beside the plugin.
void report_sdk(const Arguments& arguments, const PackageWork& work, const std::string& missing, Json& report) {
  if (missing.empty()) return;
  const bool there = packages::has_openclaw(work.home());
  report["sdk"] = {{"needs", missing},
                   {"package", "openclaw"},
                   {"version", packages::kUpstreamVersion},
                   {"megabytes", packages::kOpenclawMegabytes},
                   {"installed", there}};
  if (arguments.json) return;
  auto size = there ? std::string("is there already")
                    : fmt::format("is fetched with it, about {} MB on disk, once for all such plugins",
                                  packages::kOpenclawMegabytes);
  print(fmt::format("{:<14}{}: upstream's package openclaw {} {}\n", "needs", for_terminal(missing),
                    packages::kUpstreamVersion, size));
}

Result<Outcome> take(PackageWork& work, packages::Store& store, const Arguments& arguments, packages::Source source) {
  if (needs_registry(source)) CHELA_CHECK(work.find_registry());
  CHELA_TRY(auto staging, store.make_staging());
  CHELA_TRY(auto candidate, work.run(find_candidate(work.context(), work.keys(), source, staging)));
  const auto* plugin = store.find(candidate.info.id);
  const auto* installed = plugin ? &plugin->current : nullptr;
  Outcome out{.report = candidate_json(candidate, installed)};
  const bool same = installed && installed->digest == packages::tree_digest(candidate.files);
  if (arguments.source.empty() && same) return out;  // an update that brings nothing
  CHELA_TRY(auto sdk, missing_sdk(work, candidate));
  if (!arguments.json) print_candidate(candidate, installed);
  report_sdk(arguments, work, sdk, out.report);
  if (arguments.dry_run) return out;
  if (auto refusal = candidate.refusal(); !refusal.empty())
    return fail(ErrorCode::denied, "{} {} is refused: {}", candidate.info.id, candidate.info.version, refusal);
  CHELA_CHECK(get_consent(arguments, candidate, installed));
  if (!candidate.info.dependencies.empty()) CHELA_CHECK(work.find_registry());
  if (!sdk.empty() && !packages::has_openclaw(work.home())) {
    CHELA_CHECK(work.find_registry());
    CHELA_CHECK(work.run(packages::install_openclaw(work.context(), work.home())));
  }
  CHELA_TRY(auto entry, work.run(complete_candidate(work.context(), candidate, staging)));
  entry.pinned = arguments.pin || (installed && installed->pinned);
  CHELA_CHECK(store.install(candidate.fetched.folder, std::move(entry),
                            {.older = arguments.allow_older, .replaced = arguments.replace}));
  out.installed = true;
  out.report["state"] = "installed";
  return out;
}

Result<int> install(const Arguments& arguments) {
  CHELA_TRY(auto source, packages::parse_source(arguments.source, fs::current_path()));
  CHELA_TRY(auto work, PackageWork::create(arguments.options));
  CHELA_TRY(auto store, packages::Store::open(work->home()));
  CHELA_TRY(auto outcome, take(*work, store, arguments, std::move(source)));
  const bool installable = outcome.report["installable"].get<bool>();
  if (arguments.json)
    print_json(outcome.report);
  else if (arguments.dry_run)
    print(installable ? "nothing was installed (--dry-run)\n" : "");
  else
    print(fmt::format("installed {}\n", outcome.report["id"].get<std::string>()));
  if (!installable && !arguments.json) complain("refused: " + outcome.report["refusedBecause"].get<std::string>());
  return installable ? 0 : kFailed;
}

// The plugins to update: those named, or all that are not pinned.
Result<std::vector<packages::LockEntry>> chosen(const packages::Store& store, const Arguments& arguments) {
  std::vector<packages::LockEntry> out;
  for (const auto& id : arguments.ids) {
    const auto* plugin = store.find(id);
    if (!plugin) return fail(ErrorCode::not_found, "no plugin {} is installed", id);
    if (plugin->current.pinned)
      return fail(ErrorCode::denied, "{} is pinned to {}; install another version to change it", id,
                  plugin->current.version);
    out.push_back(plugin->current);
  }
  if (!arguments.ids.empty()) return out;
  for (const auto& [id, plugin] : store.lock().plugins) {
    if (!plugin.current.pinned) out.push_back(plugin.current);
  }
  return out;
}

Result<int> update(const Arguments& arguments) {
  CHELA_TRY(auto work, PackageWork::create(arguments.options));
  CHELA_TRY(auto store, packages::Store::open(work->home()));
  CHELA_TRY(auto entries, chosen(store, arguments));
  Json reports = Json::array();
  int failures = 0;
  for (const auto& entry : entries) {
    auto source = packages::parse_source(entry.source, "/");
    auto outcome = source ? take(*work, store, arguments, std::move(*source))
                          : Result<Outcome>(std::unexpected(std::move(source.error())));
    if (!outcome) {
      complain(entry.id + ": " + outcome.error().message);
      reports.push_back({{"id", entry.id}, {"state", "failed"}, {"error", outcome.error().message}});
      ++failures;
      continue;
    }
    if (!outcome->installed && !arguments.dry_run) outcome->report["state"] = "up to date";
    if (!arguments.json)
      print(fmt::format("{}: {}\n", entry.id, outcome->report.value("state", "not installed (--dry-run)")));
    reports.push_back(std::move(outcome->report));
  }
  if (arguments.json) print_json({{"plugins", reports}});
  return failures == 0 ? 0 : kFailed;
}

Result<int> search(const Arguments& arguments) {
  CHELA_TRY(auto work, PackageWork::create(arguments.options));
  CHELA_CHECK(work->find_registry());
  CHELA_TRY(auto found, work->run(packages::search_npm(work->context(), arguments.source, arguments.keywords)));
  Json rows = Json::array();
  for (const auto& package : found) {
    rows.push_back({{"name", package.name}, {"version", package.version}, {"description", package.description}});
    if (arguments.json) continue;
    print(for_terminal(fmt::format("{:<40} {:<12} {}", package.name, package.version, package.description)) + "\n");
  }
  if (arguments.json) print_json({{"packages", rows}});
  return 0;
}

std::shared_ptr<Arguments> add(CLI::App& plugins, int& exit_code, const char* name, const char* description,
                               Result<int> (*action)(const Arguments&)) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = plugins.add_subcommand(name, description);
  add_registry_options(*command, arguments->options);
  command->add_flag("--json", arguments->json, "One JSON document");
  on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
  return arguments;
}

}  // namespace

void on_command(CLI::App& command, int& exit_code, std::function<Result<int>()> action) {
  command.callback([action = std::move(action), &exit_code] {
    auto done = action();
    exit_code = done ? *done : fail_with({done.error().code, for_terminal(done.error().message)});
  });
}

void add_install_commands(CLI::App& plugins, int& exit_code) {
  auto wanted = add(plugins, exit_code, "install", "Installs a plugin, after saying what it may do", install);
  auto* command = plugins.get_subcommand("install");
  command
      ->add_option("source", wanted->source,
                   "NAME[@VERSION], npm:NAME, clawhub:NAME, git:HOST/OWNER/REPO[@REF], a folder, library or archive")
      ->required();
  command->add_flag("--dry-run", wanted->dry_run, "Only says what would be installed; none of its code runs");
  command->add_flag("--yes", wanted->yes, "Agrees to what the plugin asks for");
  command->add_flag("--pin", wanted->pin, "Leaves this version alone when plugins are updated");
  command->add_flag("--allow-older", wanted->allow_older, "Also takes a version older than the one before");
  command->add_flag("--replace", wanted->replace,
                    "Also takes one without the signature of the one before, or from elsewhere");

  auto updated = add(plugins, exit_code, "update", "Installs the newest version of what is installed", update);
  command = plugins.get_subcommand("update");
  command->add_option("id", updated->ids, "The plugins (default: all that are not pinned)");
  command->add_flag("--dry-run", updated->dry_run, "Only says what would be installed");
  command->add_flag("--yes", updated->yes, "Agrees to permissions that are new");

  auto sought = add(plugins, exit_code, "search", "Looks for plugins in the npm registry", search);
  command = plugins.get_subcommand("search");
  command->add_option("text", sought->source, "Words to look for");
  command->add_option("--keyword", sought->keywords, "The keywords that mark a plugin");
}

}  // namespace chela::cli
