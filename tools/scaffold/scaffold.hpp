#pragma once

// A new plugin from the SDK's template (plugin-sdk/template/): builds, and passes the conformance kit, at once.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::scaffold {

// What a template can be made of: "tool" and "provider".
std::vector<std::string> kinds();

// Writes the plugin `id` into the folder `directory`, which must be empty or not exist yet. `id` is lower case
// letters, digits and single dashes, from 2 to 64 characters, and starts with a letter. Returns the files.
Result<std::vector<std::filesystem::path>> write_plugin(std::string_view id, std::string_view kind,
                                                        const std::filesystem::path& directory);

}  // namespace chela::scaffold
