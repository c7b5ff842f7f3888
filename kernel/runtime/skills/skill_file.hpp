#pragma once

// The bytes of the SKILL.md of a directory, without following what leads out of it. Blocking; any thread.

#include <expected>
#include <string>

#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills {

struct SkillFile {
  std::string bytes;
  std::string path;
  std::string note;  // when it is spelled otherwise
};

// The file must be a regular one whose real path is below the directory's, with one name (hard links) where that is
// asked for, and no larger than the limit.
std::expected<SkillFile, Diagnostic> read_skill_file(const std::string& directory, const LoadSettings& settings);

// The slug that the skill was installed under from a repository or a folder (`.openclaw/source-origin.json`, 16 KiB at
// most, no link out of the directory); empty when nothing says so.
std::string installed_slug(const std::string& directory);

}  // namespace chela::runtime::skills
