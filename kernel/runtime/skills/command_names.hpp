#pragma once

// What people type to call a skill. Any thread.

#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills {

inline constexpr std::size_t kCommandUnitsMax = 32;

std::string command_name_of(std::string_view name);  // letters, digits and _; "skill" when nothing is left

// A command for each name, in their order: those that are taken, in any case, get _2, _3 and so on.
std::vector<std::string> command_names(const std::vector<std::string>& names, const std::vector<std::string>& taken);

// The index of the name that `text` means, or npos: a command or a name, ignoring case and blanks, _ or - between
// words.
std::size_t find_called(std::string_view text, const std::vector<std::string>& names,
                        const std::vector<std::string>& commands);

}  // namespace chela::runtime::skills
