#pragma once

// Who a plugin is and what it asks for, known before any of its code runs: chela.plugin.json, whose format is
// manifests/schema/chela.plugin.schema.json; openclaw_manifest.hpp reads upstream's.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::plugins {

constexpr std::string_view kManifestName = "chela.plugin.json";
constexpr std::size_t kManifestBytesMax = 1 << 20;

// What the plugin asks to be allowed. Empty lists mean nothing at all.
struct Permissions {
  std::vector<std::string> network;  // "host:port", "*.host:port", "@service": the hosts of configured services
  std::vector<std::string> paths;    // "workspace:read", "workspace:write"
  std::vector<std::string> exec;     // programs by name
  std::vector<std::string> secrets;  // names of secrets it may use
};

// One thing the plugin provides: kind/id, and what the kind's consumer wants to know (JSON object, kept as it stands).
struct Provision {
  std::string kind;
  std::string id;
  std::shared_ptr<const nlohmann::json> descriptor;
};

enum class Runtime {
  native,  // a library behind the C ABI
  node,    // a module for Node, run by bridge-node
};

// Immutable once read; any thread.
struct Manifest {
  std::string id;
  std::string version;
  std::string name;
  std::string description;
  std::uint16_t abi_major = 0;
  std::uint16_t abi_minor = 0;
  std::filesystem::path directory;  // of the manifest
  Runtime runtime = Runtime::native;
  std::filesystem::path library;    // absolute; may not exist (statically linked, or a broken plugin); for Node the folder
  std::shared_ptr<const std::string> text;  // the manifest as JSON
  std::string status;               // stable, beta, alpha, or empty
  std::string security_posture;     // robust-to-untrusted, requires-trusted, unknown, or empty
  std::string integrity;            // "sha256-<hex>" of the library, or empty
  std::vector<Provision> provides;  // of a plugin for Node empty: its code says it (registration.hpp)
  std::vector<std::string> claims;  // "kind/id" that a plugin for Node announces
  std::string slot;                 // "memory", "context-engine": the exclusive place it wants to fill
  Permissions permissions;
  std::vector<std::string> skills;  // directories with skills, relative to its own; whoever reads them checks the paths
  std::vector<std::string> required_capabilities;       // "kind/id"
  std::shared_ptr<const nlohmann::json> config_schema;  // object; null when the plugin takes no configuration
  std::shared_ptr<const nlohmann::json> services;       // array of objects; empty when the plugin brings none
};

// Checks `text` and makes a manifest of it. Errors name the place: "$.provides[0].id: missing".
Result<Manifest> parse_manifest(std::string_view text, const std::filesystem::path& directory);
Result<Manifest> read_manifest(const std::filesystem::path& file);

// Ids are 1 to 64 of a-z, 0-9, '-', starting with a letter.
bool is_plugin_id(std::string_view id);
// Names of tools that every API takes: 1 to 64 of letters, digits, '_' and '-'.
bool is_tool_name(std::string_view name);

}  // namespace chela::plugins
