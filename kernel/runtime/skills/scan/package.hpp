#pragma once

// The folder of a skill as a scan wants it. Blocking; any thread.

#include <filesystem>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/scan/scan.hpp"

namespace chela::runtime::skills::scan {

// Reads the files below `folder`, in the order of their names. Links are named and not followed; `.git` and
// `node_modules` are named and not entered; what cannot be read or is above a limit of scan.hpp is named.
// Errors: not_found when there is no such folder, denied when it cannot be listed.
Result<Package> read_package(const std::filesystem::path& folder);

}  // namespace chela::runtime::skills::scan
