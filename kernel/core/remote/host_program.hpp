#pragma once

// The command line and the cage of a host process, from the manifest of the plugin that it is started for. Any thread.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kernel/core/cage/cgroup_place.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/plugins/isolation.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::remote {

struct HostProgram {
  std::string label;  // for logs and listings: "chela-plugin-host weather"
  std::vector<std::string> argv;
  cage::CagePolicy cage;
  cage::CgroupPlace cgroups;
  std::filesystem::path state_directory;  // that it may write; empty: none
};

// What host processes are made of, on this machine.
struct HostPrograms {
  std::filesystem::path native_host;      // chela-plugin-host
  std::filesystem::path node;             // the program, Node 22 or newer; empty: there is none
  std::filesystem::path node_host;        // bridge-node's folder, which holds dist/main.js
  std::size_t node_heap_megabytes = 512;
  std::filesystem::path openclaw;         // where upstream's real package is, once it is installed
  // Whether the operator lets a plugin for Node open sockets of its own; null: none may.
  std::function<bool(const std::string& plugin_id)> may_open_sockets;
  std::filesystem::path workspace;        // what "workspace:read" and "workspace:write" mean
  std::filesystem::path state_directory;  // below it each plugin gets a folder of its own
};

// Error `unsupported` with what to do, when a plugin for Node is to run and there is no Node.
Result<HostProgram> host_program(const HostPrograms& programs, const plugins::Manifest& manifest,
                                 plugins::Isolation isolation);

}  // namespace chela::remote
