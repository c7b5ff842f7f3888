#pragma once

// What a package says about itself, read from files alone. Two kinds: native plugins with a `chela.plugin.json`, and
// upstream's with `openclaw.plugin.json` and `package.json#openclaw`, which run in the Node bridge. Blocking; any
// thread.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::packages {

enum class PackageKind { native, node };
std::string_view name_of(PackageKind kind);  // "native", "node bridge"

// Codes are stable: those of plugins::DiagnosticCode where one fits, else the seed's.
struct PackageProblem {
  bool is_error = true;
  std::string code;
  std::string message;
};

struct Dependency {
  std::string name;
  std::string range;
};

struct PackageInfo {
  PackageKind kind = PackageKind::native;
  std::string id;
  std::string version;
  std::string name;
  std::string description;
  std::string package_name;               // of package.json, or empty
  std::vector<std::string> entries;       // files that would be run
  std::vector<std::string> capabilities;  // "kind/id"
  std::vector<std::string> permissions;   // "network api.example.com:443", sorted: what consent is given to
  std::string compatibility;              // "ABI 1.0", or upstream's floors
  std::vector<Dependency> dependencies;   // that are not in the package
  std::vector<std::string> scripts;       // npm's install scripts that it has; never run
  std::vector<PackageProblem> problems;

  bool has_errors() const;
};

// What upstream's plugins may ask of their host here.
inline constexpr std::string_view kUpstreamVersion = "2026.9.6";

// Errors only when there is no package at all, or its id cannot be a folder's name; the rest becomes `problems`.
Result<PackageInfo> read_package(const std::filesystem::path& folder);

// The id of an installed plugin is the name of its folder: 1 to 64 of letters, digits, '-', '_' and '.', beginning with
// a letter or digit, not ending with a dot, and no device of an older system.
bool is_safe_id(std::string_view id);

// The part of read_package() for upstream's.
Result<PackageInfo> read_node_package(const std::filesystem::path& folder);

}  // namespace chela::packages
