#pragma once

// The command line and the cage of a host process, from the manifest of the plugin that it is started for. Any thread.

#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/cage/cgroup_place.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/plugins/isolation.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::remote {

struct HostProgram {
  std::string group;  // see process_group()
  std::string label;  // for logs and listings: "chela-plugin-host weather"
  std::vector<std::string> argv;
  cage::CagePolicy cage;
  cage::CgroupPlace cgroups;
  std::filesystem::path state_directory;  // that it may write; empty: none
  std::vector<std::filesystem::path> plugin_states;  // the folders in its place for single plugins, where it has several
};

// What host processes are made of, on this machine.
struct HostPrograms {
  std::filesystem::path native_host;      // chela-plugin-host
  std::filesystem::path node;             // the program, Node 22 or newer; empty: there is none
  std::filesystem::path node_host;        // bridge-node's folder, which holds dist/main.js
  std::size_t node_heap_megabytes = 512;
  std::filesystem::path openclaw;         // where upstream's real package is, once it is installed
  std::filesystem::path workspace;        // what "workspace:read" and "workspace:write" mean
  std::filesystem::path state_directory;  // below it each plugin gets a folder of its own
};

// The processes that `request` may run in have this name in common: the plugin's id, or, for plugins that share one, a
// name that is no id. Each form of isolation has its own.
std::string process_group(const plugins::RemoteStart& request);

// For one process of the group; its cage shows the folders of all companions. Error `unsupported` with what to do, when
// a plugin for Node is to run and there is no Node.
Result<HostProgram> host_program(const HostPrograms& programs, const plugins::RemoteStart& request);

// A command line of a plugin for Node, in the cage of its host process: bridge-node's dist/cli.js with `arguments`.
Result<HostProgram> command_line_program(const HostPrograms& programs, const plugins::RemoteStart& request,
                                         const std::vector<std::string>& arguments);

}  // namespace chela::remote
