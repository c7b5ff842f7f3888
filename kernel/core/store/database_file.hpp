#pragma once

// The file of a database, before SQLite sees it. Blocking; any thread.

#include <filesystem>
#include <string>

#include "kernel/core/base/error.hpp"
#include "kernel/core/store/connection.hpp"

namespace chela::store {

// Makes an empty database that only its owner can read, when there is none. It appears under its name only when it is
// complete, so an empty file is damage and not a beginning.
// Errors: `corrupt` when what is there cannot be a database of Chela or has lost its beginning; nothing is changed
// then.
Result<void> prepare_database_file(const std::filesystem::path& file);

// Makes the names in the directory of `file` outlive a power cut.
Result<void> sync_directory_of(const std::filesystem::path& file);

// Writes the WAL that an earlier process has left behind once more, as it is, and syncs it. That process may have ended
// because an fsync failed: its pages are then seen by everybody and count as written, but are not on the disk, and what
// is appended after them would be lost with them. Nobody else may use the database meanwhile.
Result<void> renew_wal(Connection& connection, const std::filesystem::path& file);

// What to tell a person about a damaged database.
std::string advice_for_damage(const std::filesystem::path& file);

}  // namespace chela::store
