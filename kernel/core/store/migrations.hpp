#pragma once

// Schemas, by versions that only go up. Several modules share one file: each hands in its own steps under its own
// name. What was applied is in the table chela_migrations(module, version, checksum, applied_at).

#include <span>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/store/connection.hpp"

namespace chela::store {

// One step. Once released it never changes: its checksum is compared at each start. All members are literals.
struct Migration {
  std::string_view module;  // "notes"
  int version;              // 1, 2, 3 … per module, in this order
  std::string_view sql;     // one or more statements, without BEGIN and COMMIT
};

// Applies what is missing, each step in a transaction of its own with its row in chela_migrations, so that a crash
// leaves whole steps. A module that is in the file and not in `migrations` is left alone.
// Errors: `unsupported` when the file was written by a newer program, `internal` when an applied step has changed.
Result<void> apply_migrations(Connection& connection, std::span<const Migration> migrations, const Clock& clock);

}  // namespace chela::store
