#include "kernel/core/plugins/discovery.hpp"

#include <algorithm>
#include <utility>

#include "kernel/core/plugins/openclaw_manifest.hpp"

namespace chela::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPluginsPerRootMax = 1000;

bool contains(const std::vector<std::string>& list, const std::string& id) {
  return std::ranges::find(list, id) != list.end();
}

bool skipped_folder(const std::string& name) {
  return name == "node_modules" || name.starts_with('.') || name.ends_with(".bak") || name.ends_with(".disabled");
}

bool holds_manifest(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kManifestName, ignored) ||
         fs::is_regular_file(folder / kOpenClawManifestName, ignored);
}

// A package may bring both; our own says more.
fs::path manifest_file(const fs::path& folder) {
  std::error_code ignored;
  return folder / (fs::is_regular_file(folder / kManifestName, ignored) ? kManifestName : kOpenClawManifestName);
}

// The folders below `root` that hold a manifest, by name, or `root` itself when it holds one.
std::vector<fs::path> plugin_folders(const fs::path& root) {
  std::error_code ignored;
  if (holds_manifest(root)) return {root};
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(root, ignored), end; at != end && folders.size() < kPluginsPerRootMax;
       at.increment(ignored)) {
    if (skipped_folder(at->path().filename().string())) continue;
    if (holds_manifest(at->path())) folders.push_back(at->path());
  }
  std::ranges::sort(folders);
  return folders;
}

class Search {
 public:
  Search(const Selection& selection, std::span<const std::string> linked_in)
      : selection_(selection), linked_in_(linked_in) {}

  void add_root(const fs::path& root, Origin origin) {
    if (root.empty()) return;
    auto folders = plugin_folders(root);
    if (folders.empty() && origin == Origin::config) {
      note({Severity::error, DiagnosticCode::entry_not_found, "",
            fmt::format("plugins.load.paths: no {} and no {} there or one folder below", kManifestName, kOpenClawManifestName), root.string()});
    }
    for (const auto& folder : folders) add_plugin(folder, origin);
  }

  Discovery finish() && {
    for (auto& [id, found] : plugins_) out_.plugins.push_back(std::move(found));
    return std::move(out_);
  }

 private:
  void add_plugin(const fs::path& folder, Origin origin) {
    auto file = manifest_file(folder);
    auto manifest = read_manifest_in(folder);
    if (!manifest) {
      return note({Severity::error, DiagnosticCode::invalid_manifest, folder.filename().string(),
                   manifest.error().message, file.string()});
    }
    std::string id = manifest->id;
    if (origin != Origin::bundled && std::ranges::find(linked_in_, id) != linked_in_.end()) {
      return note({Severity::error, DiagnosticCode::duplicate_plugin_id, id,
                   "refused: the plugin in " + folder.string() + " has the id of the plugin " + id +
                       " that is part of this program; give it another id",
                   folder.string()});
    }
    Found found{std::move(*manifest), origin, why_disabled(selection_, id, origin)};
    auto [entry, added] = plugins_.try_emplace(id, std::move(found));  // takes it only when it is added
    if (added) return;
    if (origin == Origin::bundled) out_.replaced.push_back(std::move(found.manifest));
    note({Severity::warning, DiagnosticCode::duplicate_plugin_id, id,
          "not used: the plugin in " + entry->second.manifest.directory.string() + " has the same id and comes first",
          folder.string()});
  }

  void note(Diagnostic diagnostic) { out_.diagnostics.push_back(std::move(diagnostic)); }

  const Selection& selection_;
  std::span<const std::string> linked_in_;
  std::map<std::string, Found> plugins_;
  Discovery out_;
};

}  // namespace

std::string why_disabled(const Selection& selection, const std::string& id, Origin origin) {
  if (!selection.enabled && origin != Origin::bundled) return "plugins.enabled is false";
  if (contains(selection.deny, id)) return "plugins.deny names it";
  if (!selection.allow.empty() && !contains(selection.allow, id)) return "plugins.allow does not name it";
  auto entry = selection.entries.find(id);
  if (entry != selection.entries.end()) {
    return entry->second ? std::string() : "plugins.entries." + id + ".enabled is false";
  }
  if (origin == Origin::workspace) return "plugins of a workspace need plugins.entries." + id + ".enabled";
  return {};
}

Result<Manifest> read_manifest_in(const fs::path& folder) {
  auto file = manifest_file(folder);
  return file.filename() == kManifestName ? read_manifest(file) : read_openclaw_manifest(folder);
}

std::string_view name_of(Origin origin) {
  constexpr std::string_view kNames[] = {"config", "home", "bundled", "workspace"};
  return kNames[static_cast<std::size_t>(origin)];
}

Discovery discover(const Roots& roots, const Selection& selection, std::span<const std::string> linked_in) {
  Search search(selection, linked_in);
  for (const auto& path : roots.load_paths) search.add_root(path, Origin::config);
  search.add_root(roots.home, Origin::home);
  search.add_root(roots.bundled, Origin::bundled);
  search.add_root(roots.workspace, Origin::workspace);
  return std::move(search).finish();
}

}  // namespace chela::plugins
