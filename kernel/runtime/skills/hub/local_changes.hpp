#pragma once

// Whether an installed skill still is what was installed. Loop thread; `client` outlives the task.

#include <filesystem>
#include <string>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/hub/client.hpp"
#include "kernel/runtime/skills/hub/state_files.hpp"

namespace chela::runtime::skills::hub {

// Why it might not be, for a person; empty: it is, or its folder is gone. By the hash of the client that installed it;
// where neither left one, the registry is asked whether a version has these files.
Task<Result<std::string>> find_local_changes(Client& client, std::filesystem::path workdir, LockedSkill skill);

}  // namespace chela::runtime::skills::hub
