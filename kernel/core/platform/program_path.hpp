#pragma once

// Where a program is that is only known by its name. Any thread.

#include <filesystem>
#include <string_view>

namespace chela::platform {

// The first file of this name that this process may execute, in the directories of `path` (as the variable PATH has
// them; empty ones do not count, relative ones are below the working directory). Empty: there is none. Links are not
// resolved.
std::filesystem::path find_program(std::string_view name, std::string_view path);

}  // namespace chela::platform
