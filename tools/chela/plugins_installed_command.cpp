#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/config/edit.hpp"
#include "kernel/core/platform/files.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/package_work.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

struct Arguments {
  std::string config;
  std::string id;
  bool json = false;
};

std::filesystem::path home_of(const Arguments& arguments) {
  return Installation::read(arguments.config).home.root;
}

Result<int> done(const Arguments& arguments, const char* what, const std::string& path = kRescanPath) {
  auto effect = tell_gateway(arguments.config, path);
  if (arguments.json)
    print_json({{"id", arguments.id}, {"state", what}, {"effect", effect}});
  else
    print(for_terminal(fmt::format("{} {}; {}", what, arguments.id, effect)) + "\n");
  return 0;
}

Result<int> remove(const Arguments& arguments) {
  CHELA_TRY(auto store, packages::Store::open(home_of(arguments)));
  CHELA_CHECK(store.remove(arguments.id));
  return done(arguments, "removed");
}

Result<int> roll_back(const Arguments& arguments) {
  CHELA_TRY(auto store, packages::Store::open(home_of(arguments)));
  CHELA_CHECK(store.roll_back(arguments.id));
  return done(arguments, ("went back to " + store.find(arguments.id)->current.version + " of").c_str());
}

// The operator says: these files, as they are now, and no others.
Result<int> review(const Arguments& arguments) {
  auto home = home_of(arguments);
  CHELA_TRY(auto store, packages::Store::open(home));
  const auto* plugin = store.find(arguments.id);
  if (!plugin) return fail(ErrorCode::not_found, "no plugin {} is installed", arguments.id);
  CHELA_CHECK(packages::verify_folder(store.folder(arguments.id), plugin->current));
  auto entry = plugin->current;
  entry.reviewed_digest = entry.digest;
  CHELA_CHECK(store.record(std::move(entry)));
  return done(arguments, "reviewed");
}

Result<int> verify(const Arguments& arguments) {
  auto home = home_of(arguments);
  CHELA_TRY(auto lock, packages::read_lock_file(packages::lock_file_path(home)));
  CHELA_TRY(auto keys, packages::TrustStore::open(home));
  if (!arguments.id.empty() && !lock.plugins.contains(arguments.id))
    return fail(ErrorCode::not_found, "no plugin {} is installed", arguments.id);
  Json rows = Json::array();
  int changed = 0;
  for (const auto& [id, plugin] : lock.plugins) {
    if (!arguments.id.empty() && id != arguments.id) continue;
    auto verdict = packages::verify_installed(home, home / "plugins" / id);
    auto row = entry_json(plugin.current, keys);
    row["verified"] = verdict.has_value();
    if (!verdict) {
      row["diagnostic"] = {{"code", "integrity_mismatch"}, {"message", verdict.error().message}};
      complain(verdict.error().message + " (integrity_mismatch)");
      ++changed;
    } else if (!arguments.json) {
      print(fmt::format("{} {} is as it was installed ({})\n", id, plugin.current.version,
                        row["trust"].get<std::string>()));
    }
    rows.push_back(std::move(row));
  }
  if (arguments.json) print_json({{"plugins", rows}});
  return changed == 0 ? 0 : kFailed;
}

Result<int> set_enabled(const Arguments& arguments, bool enabled) {
  auto installation = Installation::read(arguments.config);
  auto discovery = installation.discover_plugins();
  CHELA_TRY(auto lock, packages::read_lock_file(packages::lock_file_path(installation.home.root)));
  bool known = lock.plugins.contains(arguments.id);
  for (const auto& found : discovery.plugins) known = known || found.manifest.id == arguments.id;
  if (!known)
    return fail(ErrorCode::not_found, "no plugin {}; `chela plugins list` shows those there are", arguments.id);
  auto file = config::find_config_file(installation.request);
  if (file.kind == config::ConfigFile::Kind::upstream) {
    return fail(ErrorCode::denied, "{} belongs to OpenClaw and is only read; copy it to chela.json in the home first",
                file.path.string());
  }
  constexpr std::size_t kFileBytesMax = 1 << 20;
  auto text = platform::read_file(file.path, kFileBytesMax);
  if (!text && text.error().code != ErrorCode::not_found) return std::unexpected(std::move(text.error()));
  CHELA_TRY(auto path, config::Path::parse(fmt::format("plugins.entries[\"{}\"].enabled", arguments.id)));
  CHELA_TRY(auto changed, config::with_value(text.value_or(""), path, enabled));
  CHELA_CHECK(platform::make_private_directory(file.path.parent_path()));
  CHELA_CHECK(config::write_config_file(file.path, changed));
  return done(arguments, enabled ? "enabled" : "disabled",
              fmt::format("/api/plugins/{}/{}", arguments.id, enabled ? "enable" : "disable"));
}

Result<int> enable(const Arguments& arguments) {
  return set_enabled(arguments, true);
}
Result<int> disable(const Arguments& arguments) {
  return set_enabled(arguments, false);
}

}  // namespace

void add_installed_commands(CLI::App& plugins, int& exit_code) {
  auto add = [&](const char* name, const char* description, Result<int> (*action)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = plugins.add_subcommand(name, description);
    add_config_option(*command, arguments->config);
    command->add_flag("--json", arguments->json, "One JSON document");
    auto* id = command->add_option("id", arguments->id, "The plugin's id");
    on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
    return id;
  };
  add("remove", "Removes an installed plugin and the version before it", remove)->required();
  add("rollback", "Goes back to the version before; once more comes forward again", roll_back)->required();
  add("review", "Says that you have looked at exactly these files and trust them", review)->required();
  add("verify", "Whether what is installed is as it was installed", verify);
  add("enable", "Lets a plugin be loaded", enable)->required();
  add("disable", "Keeps a plugin from being loaded", disable)->required();
}

}  // namespace chela::cli
