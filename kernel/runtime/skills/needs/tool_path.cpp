#include <algorithm>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/needs/option.hpp"

namespace chela::runtime::skills::needs {

namespace fs = std::filesystem;

std::vector<fs::path> tool_directories(const fs::path& home, const fs::path& state) {
  return {state / "tools" / "bin",
          state / "tools" / "node" / "npm" / "bin",
          home / ".local" / "bin",  // go and uv
          home / ".local" / "share" / "pnpm",
          home / ".yarn" / "bin",
          home / ".bun" / "bin"};
}

std::string path_with_tools(std::string_view path, const fs::path& home, const fs::path& state) {
  auto known = split(path, ':');
  std::string out(path);
  for (const auto& directory : tool_directories(home, state)) {
    const auto& name = directory.native();
    if (std::ranges::find(known, name) != known.end()) continue;
    if (!out.empty()) out += ':';
    out += name;
  }
  return out;
}

}  // namespace chela::runtime::skills::needs
