#pragma once

// Which plugins there are. Reads manifests and nothing else; what is wrong becomes a diagnostic, never a silence.

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

// Where a plugin came from, highest precedence first: of two with the same id the earlier origin wins.
enum class Origin { config, home, bundled, workspace };
std::string_view name_of(Origin origin);

// Which plugins the operator wants: deny beats everything, an allow list is exclusive, then the plugin's own entry.
// Workspace plugins run only when their entry says so.
struct Selection {
  bool enabled = true;  // false: only bundled plugins, which are part of the program
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::map<std::string, bool> entries;  // plugins.entries.<id>.enabled
};

struct Roots {
  std::vector<std::filesystem::path> load_paths;  // plugin folders, or folders of plugin folders
  std::filesystem::path home;                     // <state>/plugins
  std::filesystem::path bundled;
  std::filesystem::path workspace;  // <workspace>/.chela/plugins
};

struct Found {
  Manifest manifest;
  Origin origin;
  std::string disabled_because;  // empty when the plugin is enabled
};

struct Discovery {
  std::vector<Found> plugins;  // by id
  // Manifests of bundled plugins in whose place another plugin of the same id is used.
  std::vector<Manifest> replaced;
  std::vector<Diagnostic> diagnostics;
};

// Why the operator does not want a plugin; empty when it is enabled.
std::string why_disabled(const Selection& selection, const std::string& id, Origin origin);
// The manifest of the plugin in `folder`, ours or upstream's. Blocking; any thread.
Result<Manifest> read_manifest_in(const std::filesystem::path& folder);

// Folders that do not exist are not an error, but for load paths. At most 1,000 plugins a root.
// `linked_in` are the ids of the plugins whose code is part of this program. Only a bundled manifest stands for such code:
// another one of the id is refused, since it would say what that code may do.
Discovery discover(const Roots& roots, const Selection& selection, std::span<const std::string> linked_in = {});

}  // namespace chela::plugins
