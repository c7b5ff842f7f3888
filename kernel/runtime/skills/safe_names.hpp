#pragma once

// Names of packages that are safe to hand to the programs which install them. Each returns the name, or nothing for one
// that is not. Any thread.

#include <string>
#include <string_view>

namespace chela::runtime::skills {

std::string safe_formula(std::string_view name);       // of Homebrew
std::string safe_node_package(std::string_view spec);  // of the npm registry, with an exact version or a tag
std::string safe_go_module(std::string_view spec);
std::string safe_python_package(std::string_view spec);  // with constraints
std::string safe_download_url(std::string_view url);     // http or https, as the URL standard writes it

}  // namespace chela::runtime::skills
