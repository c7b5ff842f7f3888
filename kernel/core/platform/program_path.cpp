#include "kernel/core/platform/program_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "kernel/core/base/text.hpp"

namespace chela::platform {

std::filesystem::path find_program(std::string_view name, std::string_view path) {
  std::string candidate;
  for (auto directory : split(path, ':')) {
    if (directory.empty()) continue;
    candidate.assign(directory).append("/").append(name);
    struct stat info {};
    if (::access(candidate.c_str(), X_OK) != 0 || ::stat(candidate.c_str(), &info) != 0) continue;
    if (S_ISREG(info.st_mode)) return candidate;
  }
  return {};
}

}  // namespace chela::platform
