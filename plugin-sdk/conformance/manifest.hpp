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

struct CommandManifest {
  std::string name;
  std::string description;
};

struct MethodManifest {
  std::string name;
  std::string scope = "operator.write";
};

struct RouteManifest {
  std::string path;
  std::string auth;
  std::string match = "exact";
};

struct ChannelManifest {
  std::string id;
  std::string text_limit = "1";  // textChunkLimit as JSON
};

struct FunctionsManifest {
  std::string kind;  // memory, embeddings, …
  std::string id;
};

struct Manifest {
  std::string id;
  std::string version;
  int abi_major = 0;
  int abi_minor = 0;
  std::vector<std::string> kinds;  // provides[].kind, each once
  std::vector<ToolManifest> tools;
  std::vector<std::string> points;  // of hooks
  std::vector<CommandManifest> commands;
  std::vector<MethodManifest> methods;
  std::vector<RouteManifest> routes;
  std::vector<std::string> services;
  std::vector<ChannelManifest> channels;
  std::vector<FunctionsManifest> functions;
  std::vector<std::string> network;  // permissions.network
  std::string config_schema = "{}";

  bool provides(const std::string& kind) const;
  // Kinds whose functions are called by path.
  bool provides_functions() const { return !functions.empty(); }
};

// Throws std::runtime_error that names the member that is missing or wrong.
Manifest read_manifest(const std::string& path);

}  // namespace chela::conformance
