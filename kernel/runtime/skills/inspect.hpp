#pragma once

// Skills as lines of JSON, for comparison with upstream's own loader, and as a table for people. Blocking; any thread.

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills {

struct InspectSettings {
  bool parity = true;  // exactly as upstream: nothing that upstream ignores is read
  std::string platform = "linux";
  std::set<std::string, std::less<>> bins;               // the programs that exist
  std::vector<std::pair<std::string, std::string>> env;  // the variables that exist
  std::string config;                                    // an openclaw.json; empty: none
  bool prompt = false;  // at the end, what the model would read of the eligible ones: {"prompt":…,"included":…,"of":…}
};

// Every directory below `root` with a SKILL.md, but for those in .git and node_modules.
std::vector<std::string> skill_directories(const std::string& root);

// One line for each, without its end, in the order of the paths: {"dir":…,"ok":true,"name":…} or
// {"dir":…,"ok":false,"error":…}.
Result<void> inspect(const std::string& root, const InspectSettings& settings,
                     const std::function<void(const std::string&)>& line);

// The line of one text, as though it were the SKILL.md of `directory`.
std::string inspect_text(std::string_view bytes, std::string_view directory, const InspectSettings& settings);

}  // namespace chela::runtime::skills
