#include "kernel/app/host_programs.hpp"

#include "kernel/core/packages/openclaw_package.hpp"
#include "kernel/core/platform/paths.hpp"
#include "kernel/core/platform/program_path.hpp"

namespace chela::app {
namespace {

namespace fs = std::filesystem;

// A cage shows files where they really are.
fs::path real(const fs::path& path) {
  std::error_code failed;
  auto resolved = fs::canonical(path, failed);
  return failed ? fs::path() : resolved;
}

}  // namespace

remote::HostPrograms host_programs(const config::Snapshot& config, const Home& home, const fs::path& workspace,
                                    std::string_view path) {
  auto program = platform::executable_path();
  auto folder = program ? program->parent_path() : fs::path();
  auto node = config.find_string("runtime.node.program").value_or("");
  return {.native_host = folder / "chela-plugin-host",
          .node = node.empty() ? real(platform::find_program("node", path)) : real(node),
          .node_host = real(folder.parent_path() / "lib" / "bridge"),
          .node_heap_megabytes = static_cast<std::size_t>(config.get_integer("runtime.node.heapMegabytes")),
          .openclaw = packages::openclaw_folder(real(home.root)),
          .workspace = real(workspace),
          .state_directory = home.plugin_state()};
}

}  // namespace chela::app
