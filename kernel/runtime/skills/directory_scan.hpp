#pragma once

// Directories read with upstream's limits: how many entries, how many directories. Blocking; any thread.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/skills/skill.hpp"

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
};

// The child directories but for hidden ones and node_modules, sorted by UTF-16 units, not yet cut to the limit.
std::vector<std::string> list_children(const std::string& directory, const ScanOptions& options, ScanBudget& budget);

bool has_skill_file(const std::string& directory);  // an entry SKILL.md of any kind
bool is_directory(const std::string& path);
std::string real_path_of(const std::string& path);  // empty: there is none
// The same of the entry `name` of a directory whose own real path is known: one look, unless the entry is a link.
std::string real_path_in(const std::string& real_directory, std::string_view name);
bool is_inside(const std::string& directory, const std::string& path);

// `<directory>/skills` when skills are below it and none beside it; else the directory.
std::string nested_root(const std::string& directory, std::size_t candidates_max);

}  // namespace chela::runtime::skills
