#include "kernel/core/store/sqlite_error.hpp"

#include <sqlite3.h>

namespace chela::store {

namespace {

ErrorCode code_of(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return ErrorCode::already_exists;
    default:
      break;
  }
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return ErrorCode::invalid_argument;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return ErrorCode::unavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::denied;
    case SQLITE_INTERRUPT:
      return ErrorCode::timed_out;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::corrupt;
    default:
      return ErrorCode::internal;
  }
}

std::string_view advice_of(int extended_code) {
  if (is_sync_failure(extended_code)) return "; check the disk, then restart";
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return "; free some space, then writes work again";
    case SQLITE_IOERR:
      return "; check the disk";
    case SQLITE_BUSY:
      return "; another process holds the database";
    case SQLITE_INTERRUPT:
      return "; it took longer than its limit";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return "; check the owner and the permissions of the file and its directory";
    default:
      return "";
  }
}

// SQLite's own text names tables, columns and SQL, which are the program's; for other codes the general text will do.
const char* text_of(int extended_code, sqlite3* connection) {
  int code = extended_code & 0xff;
  bool names_sql = code == SQLITE_ERROR || code == SQLITE_CONSTRAINT || code == SQLITE_SCHEMA;
  return names_sql && connection ? sqlite3_errmsg(connection) : sqlite3_errstr(extended_code);
}

}  // namespace

std::unexpected<Error> fail_sqlite(std::string_view purpose, int extended_code, sqlite3* connection) {
  return fail(code_of(extended_code), "{}: {} (SQLite {}){}", purpose, text_of(extended_code, connection),
              extended_code, advice_of(extended_code));
}

bool is_sync_failure(int extended_code) {
  return extended_code == SQLITE_IOERR_FSYNC || extended_code == SQLITE_IOERR_DIR_FSYNC;
}

}  // namespace chela::store
