#pragma once

// One number that differs whenever a file of a package may differ, its SKILL.md aside: of that the text is known.
// Blocking; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills {

struct PackageLook {
  std::uint64_t stamp = 0;         // of names, sizes and times; never 0
  std::vector<std::string> below;  // the directories in it that are worth a watch, by path from it
};

// Links are not followed; .git and node_modules are not entered. Of more than 4,000 entries the rest is not looked at.
PackageLook look_at_package(const std::string& directory);

// Names of directories that programs fill by themselves: nothing in them is worth a watch.
bool is_made_by_programs(std::string_view name);

}  // namespace chela::runtime::skills
