#pragma once

// Brings what was downloaded to where tools lie, and names the programs in it. Blocking; any thread.

#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/runtime/skills/needs/option.hpp"

namespace chela::runtime::skills::needs {

// Unpacks `file`, or takes it as it is, into `plan.destination`; files that are there already are replaced, links on the
// way are refused. Each of `plan.bins` that is among them gets a link in `tools`/bin. `staging` is a folder of the
// caller's on the same file system. Errors: those of unpack(), invalid_argument for an archive of which nothing
// is left, already_exists for a program that another skill's download has, and those of the system.
Result<void> place(const packages::PackagesModule& engine, const Plan& plan, const std::filesystem::path& file,
                   const std::filesystem::path& staging);

}  // namespace chela::runtime::skills::needs
