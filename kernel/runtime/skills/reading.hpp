#pragma once

// What a skill has to say, read when a model asks for it: its text, and the files beside it. Blocking; any thread.

#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills {

inline constexpr std::size_t kResourceBytesMax = 256'000;
inline constexpr std::size_t kListedFilesMax = 50;

// The text below the head of its SKILL.md, and the files beside it, marked as the skill's. Error `unavailable`: the file
// is not the one that was read when the skill was offered; `not_found`: it has gone.
Result<std::string> load_skill_text(const Skill& skill);

// A file in its folder, marked as the skill's. `path` is relative, or absolute and below the folder; links are not
// followed. Errors: invalid_argument (the path, or a file that is no text), denied (a link), not_found, too_large.
Result<std::string> read_skill_resource(const Skill& skill, std::string_view path);

}  // namespace chela::runtime::skills
