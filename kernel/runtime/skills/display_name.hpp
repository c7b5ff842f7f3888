#pragma once

// What people read as a skill's name. Any thread.

#include <string>
#include <string_view>

namespace chela::runtime::skills {

// The first heading of `body`, else the words of `name` with capitals.
std::string display_name_of(std::string_view body, std::string_view name);

}  // namespace chela::runtime::skills
