#pragma once

// Skills that a message names itself, as `$name` or by a command. Any thread.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/offer.hpp"

namespace chela::runtime::skills {

inline constexpr std::size_t kReferencesMax = 8;             // different ones in one message
inline constexpr std::size_t kReferenceUnitsMax = 512;       // of one line
inline constexpr std::size_t kReferencePrefixUnitsMax = 1'000;  // of all that is put in front

// The names behind `$` in a message, in their order, repeated ones too. Not those behind an odd number of backslashes,
// nor those without a small letter, which are variables of a shell.
std::vector<std::string_view> referenced_names(std::string_view text);

// The message with what the model is told of the skills that it names in front; as it is when it names none.
// `all` is the offer of all skills: one that the agent may not use is an error (`denied`), and so are too many or too
// long ones (`too_large`). Other names stay text.
Result<std::string> expand_references(std::string_view text, const Offer& offer, const Offer& all, bool by_tool);

// The same with skills that are known. `by_tool`: the model loads them with load_skill, else it reads their files.
Result<std::string> with_skills_named(std::string_view text, std::span<const Skill* const> skills, bool by_tool);

}  // namespace chela::runtime::skills
