#include "kernel/app/home.hpp"

#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/paths.hpp"

namespace chela::app {

Result<void> prepare(const Home& home, const std::filesystem::path& workspace) {
  auto state = home.root / "state";
  CHELA_CHECK(platform::make_private_directory(state));
  CHELA_CHECK(platform::make_private_directory(workspace));
  // The lock file is made next. Where it is missing, the start that made the directories may have been killed before it
  // had synced them, and a power cut would take them with all that is in them by then.
  std::error_code unknown;
  if (std::filesystem::exists(home.lock(), unknown)) return {};
  CHELA_CHECK(platform::sync_names(state));
  return platform::sync_names(workspace);
}

namespace {

std::filesystem::path beside_program(const char* name) {
  auto program = platform::executable_path();
  return program ? program->parent_path().parent_path() / "lib" / name : std::filesystem::path();
}

}  // namespace

std::filesystem::path bundled_plugins() { return beside_program("plugins"); }
std::filesystem::path bundled_skills() { return beside_program("skills"); }

}  // namespace chela::app
