#pragma once

// Programs that a package of Debian is known to hold under the very name. A list of ours, since apt-get installs as
// root: no author of a skill has a say in it. Any thread.

#include <string>
#include <string_view>
#include <vector>

namespace chela::runtime::skills::needs {

// The package that holds a program; empty: none that we know of.
std::string_view debian_package_of(std::string_view program);

// The packages that hold all of these, each once; empty when one of them is not known.
std::vector<std::string> debian_packages_of(const std::vector<std::string>& programs);

}  // namespace chela::runtime::skills::needs
