#include "kernel/core/remote/host_program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/core/platform/process.hpp"

namespace chela::remote {
namespace {

bool may(const plugins::Manifest& manifest, std::string_view path) {
  return std::ranges::find(manifest.permissions.paths, path) != manifest.permissions.paths.end();
}

// As bridge-node's README says; the flags save a third of the memory.
std::vector<std::string> node_command(const HostPrograms& programs) {
  return {programs.node.string(), "--optimize-for-size", "--max-semi-space-size=1",
          fmt::format("--max-old-space-size={}", programs.node_heap_megabytes),
          (programs.node_host / "dist" / "main.js").string()};
}

void grant_workspace(const HostPrograms& programs, const plugins::Manifest& manifest, cage::CagePolicy& cage) {
  if (manifest.runtime == plugins::Runtime::node || may(manifest, "workspace:write")) {
    cage.read_write.push_back(programs.workspace);
  } else if (may(manifest, "workspace:read")) {
    cage.read_only.push_back(programs.workspace);
  }
}

}  // namespace

Result<HostProgram> host_program(const HostPrograms& programs, const plugins::Manifest& manifest,
                                 plugins::Isolation isolation) {
  const bool node = manifest.runtime == plugins::Runtime::node;
  if (node && programs.node.empty()) {
    return fail(ErrorCode::unsupported,
                "plugins for Node need Node 22.15 or newer, and none was found; install it, or set "
                "runtime.node.program to where it is");
  }
  const auto& program = node ? programs.node : programs.native_host;
  HostProgram out{.label = program.filename().string() + " " + manifest.id,
                  .argv = node ? node_command(programs) : std::vector{program.string()},
                  .state_directory = programs.state_directory / manifest.id};
  auto& cage = out.cage;
  cage.level = isolation == plugins::Isolation::sandbox ? cage::Level::sandbox : cage::Level::none;
  cage.read_only = {program.parent_path(), manifest.directory};
  cage.read_write = {out.state_directory};
  cage.working_directory = out.state_directory;
  cage.environment = platform::allowed_environment({"LANG", "LC_ALL", "TZ"});
  if (node) {
    cage.read_only.push_back(programs.node_host);
    // In a sandbox the plugin's HTTP requests are sent by the gateway, unless the operator lets it open sockets.
    const bool sockets = programs.may_open_sockets && programs.may_open_sockets(manifest.id);
    cage.network = sockets ? cage::Network::host : cage::Network::none;
    if (!sockets && isolation == plugins::Isolation::sandbox) {
      cage.environment.emplace_back("CHELA_HOST_NETWORK", "gateway");
    }
    std::error_code missing;
    if (std::filesystem::is_directory(programs.openclaw, missing)) {
      cage.read_only.push_back(programs.openclaw);
      cage.environment.emplace_back("CHELA_OPENCLAW_FOLDER", programs.openclaw.string());
    }
    cage.environment.emplace_back("NODE_COMPILE_CACHE", (out.state_directory / "compile-cache").string());
    cage.environment.emplace_back("NODE_ENV", "production");
  }
  grant_workspace(programs, manifest, cage);
  return out;
}

}  // namespace chela::remote
