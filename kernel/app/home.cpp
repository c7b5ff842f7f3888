#include "kernel/app/home.hpp"

#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {

Result<void> prepare(const Home& home, const std::filesystem::path& workspace) {
  CHELA_CHECK(platform::make_private_directory(home.root / "state"));
  return platform::make_private_directory(workspace);
}

std::filesystem::path bundled_plugins() {
  auto program = platform::executable_path();
  return program ? program->parent_path().parent_path() / "lib" / "plugins" : std::filesystem::path();
}

}  // namespace chela::app
