#include "kernel/app/host_programs.hpp"

#include "kernel/core/base/text.hpp"
#include "kernel/core/packages/openclaw_package.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {
namespace {

namespace fs = std::filesystem;

// A cage shows files where they really are.
fs::path real(const fs::path& path) {
  std::error_code failed;
  auto resolved = fs::canonical(path, failed);
  return failed ? fs::path() : resolved;
}

fs::path on_path(std::string_view path, std::string_view program) {
  for (auto folder : split(path, ':')) {
    std::error_code failed;
    auto candidate = fs::path(folder) / program;
    if (!folder.empty() && fs::is_regular_file(candidate, failed)) return real(candidate);
  }
  return {};
}

}  // namespace

remote::HostPrograms host_programs(const config::Snapshot& config, const Home& home, const fs::path& workspace,
                                    std::string_view path) {
  auto program = platform::executable_path();
  auto folder = program ? program->parent_path() : fs::path();
  auto node = config.find_string("runtime.node.program").value_or("");
  auto may_open_sockets = [&config](const std::string& id) {
    return config.find_string(fmt::format("plugins.entries.{}.network", id)) == "host";
  };
  return {.native_host = folder / "chela-plugin-host",
          .node = node.empty() ? on_path(path, "node") : real(node),
          .node_host = real(folder.parent_path() / "lib" / "bridge"),
          .node_heap_megabytes = static_cast<std::size_t>(config.get_integer("runtime.node.heapMegabytes")),
          .openclaw = packages::openclaw_folder(real(home.root)),
          .may_open_sockets = std::move(may_open_sockets),
          .workspace = real(workspace),
          .state_directory = home.plugin_state()};
}

}  // namespace chela::app
