#include "kernel/runtime/skills/programs.hpp"

#include "kernel/core/platform/program_path.hpp"

namespace chela::runtime::skills {

bool Programs::has(const std::string& name) {
  if (found_.contains(name)) return true;
  if (platform::find_program(name, path_).empty()) return false;
  found_.insert(name);
  return true;
}

}  // namespace chela::runtime::skills
