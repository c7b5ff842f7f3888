#pragma once

// Directories read with upstream's limits: how many entries, how many directories. Blocking; any thread.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/skills/skill.hpp"
#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {

inline constexpr std::size_t kGroupDepthMax = 6;

std::size_t raw_entries_max(std::size_t candidates_max);  // of one directory

// What one search may still read.
struct ScanBudget {
  explicit ScanBudget(std::size_t candidates_max);
  std::size_t directories_left;
  std::size_t entries_left;
  bool truncated = false;
};

struct ScanOptions {
  std::size_t candidates_max = 300;
  bool follow_links = true;
  std::vector<Diagnostic>* diagnostics = nullptr;  // null: nobody asks
  std::vector<std::string>* searched = nullptr;    // the directories that were listed; null: nobody asks
};

struct Child {
  std::string name;
  bool is_link = false;
};

// The child directories but for hidden ones and node_modules, sorted by UTF-16 units, not yet cut to the limit.
std::vector<Child> list_children(const std::string& directory, const ScanOptions& options, ScanBudget& budget);

// The entry SKILL.md of a directory, of any kind.
struct SkillEntry {
  bool exists = false;
  bool is_known = false;  // false: it cannot be looked at
  bool is_link = false;
  FileStamp stamp;  // of a regular file
};

SkillEntry find_skill_file(const std::string& directory);
bool has_skill_file(const std::string& directory);
bool is_directory(const std::string& path);
std::string real_path_of(const std::string& path);  // empty: there is none
bool is_inside(const std::string& directory, const std::string& path);

// `<directory>/skills` when skills are below it and none beside it; else the directory.
std::string nested_root(const std::string& directory, std::size_t candidates_max, std::vector<std::string>* searched);

}  // namespace chela::runtime::skills
