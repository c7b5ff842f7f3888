#pragma once

// Where things are on this system. Any thread.

#include <filesystem>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

// The file of the running program, links resolved.
Result<std::filesystem::path> executable_path();

// HOME, or the home directory of the account when HOME is not set. Errors: not_found.
Result<std::filesystem::path> home_directory();

// A directory for sockets and pid files of this user that no other user can write to: XDG_RUNTIME_DIR, or else
// `chela-UID` in the temporary directory, which is made. Errors: denied when it belongs to someone else or is open to
// others.
Result<std::filesystem::path> runtime_directory();

}  // namespace chela::platform
