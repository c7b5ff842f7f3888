#pragma once

// Where a test finds files: ctest sets both variables; a test program started by hand stands in the source tree.

#include <cstdlib>
#include <filesystem>

namespace chela {

inline std::filesystem::path source_dir() {
  const char* set = std::getenv("CHELA_SOURCE_DIR");
  return set ? set : std::filesystem::current_path();
}

inline std::filesystem::path build_dir() {
  const char* set = std::getenv("CHELA_BUILD_DIR");
  return set ? std::filesystem::path(set) : source_dir() / "build" / "dev";
}

}  // namespace chela
