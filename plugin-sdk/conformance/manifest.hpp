#pragma once

// What the kit reads of chela.plugin.json. JSON values stay text here.

#include <string>
#include <vector>

namespace chela::conformance {

struct ToolManifest {
  std::string name;
  std::string description;
  std::string parameters = "{}";  // JSON schema
  bool blocking = false;
  bool executes = false;  // its effects say "exec"
};

struct Manifest {
  std::string id;
  std::string version;
  int abi_major = 0;
  int abi_minor = 0;
  std::vector<std::string> kinds;  // provides[].kind, each once
  std::vector<ToolManifest> tools;
  std::vector<std::string> network;  // permissions.network
  std::string config_schema = "{}";

  bool provides(const std::string& kind) const;
};

// Throws std::runtime_error that names the member that is missing or wrong.
Manifest read_manifest(const std::string& path);

}  // namespace chela::conformance
