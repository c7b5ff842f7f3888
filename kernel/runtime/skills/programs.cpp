#include "kernel/runtime/skills/programs.hpp"

#include <unistd.h>

#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills {

Programs::Programs(const std::string& path) {
  for (auto directory : split(path, ':')) {
    if (!directory.empty()) directories_.emplace_back(directory);
  }
}

bool Programs::has(const std::string& name) {
  if (found_.contains(name)) return true;
  for (const auto& directory : directories_) {
    if (::access((directory + '/' + name).c_str(), X_OK) != 0) continue;
    found_.insert(name);
    return true;
  }
  return false;
}

}  // namespace chela::runtime::skills
