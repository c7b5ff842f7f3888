#pragma once

// SQLite's result codes as errors of the kernel.
//
// | SQLite | error |
// | --- | --- |
// | a UNIQUE or PRIMARY KEY constraint | already_exists |
// | any other constraint, a type mismatch | invalid_argument |
// | BUSY, LOCKED, CANTOPEN, FULL, IOERR, NOMEM, PROTOCOL | unavailable |
// | READONLY, PERM, AUTH | denied |
// | INTERRUPT (a time limit ran out) | timed_out |
// | TOOBIG | too_large |
// | CORRUPT, NOTADB | corrupt |
// | everything else: wrong SQL, misuse | internal |

#include <string_view>

#include "kernel/core/base/error.hpp"

struct sqlite3;

namespace chela::store {

// `purpose: text of SQLite: what to do`. `extended_code` is SQLite's; `connection` gives the details and may be null.
std::unexpected<Error> fail_sqlite(std::string_view purpose, int extended_code, sqlite3* connection);

// True for a failed fsync: what the disk holds is unknown, and asking again would hide that.
bool is_sync_failure(int extended_code);

}  // namespace chela::store
