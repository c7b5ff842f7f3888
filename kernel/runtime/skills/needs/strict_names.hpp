#pragma once

// The second look at what goes to installers, just before it does: narrower than what manifests may say. Any thread.

#include <string_view>

namespace chela::runtime::skills::needs {

bool is_strict_formula(std::string_view name);      // lower case, at most tap/user/name
bool is_strict_node_package(std::string_view spec);
bool is_strict_go_module(std::string_view spec);    // always with a version
bool is_strict_python_package(std::string_view spec);  // one constraint at most
bool is_strict_program(std::string_view name);      // of a file that may be put where programs are found

}  // namespace chela::runtime::skills::needs
