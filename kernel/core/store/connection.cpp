#include "kernel/core/store/connection.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/store/database_file.hpp"
#include "kernel/core/store/sqlite_error.hpp"

namespace chela::store {

namespace {

constexpr int kValueBytesMax = 64 * 1024 * 1024;
constexpr int kStepsBetweenTimeChecks = 4000;  // of SQLite's virtual machine: some tens of microseconds

// A small pool of small allocations per connection: SQLite's own default costs 120 KB for each.
constexpr int kLookasideBytes = 256;
constexpr int kLookasideCount = 64;

TimePoint real_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file, ConnectionOptions options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
              (options.access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  sqlite3* handle = nullptr;
  int status = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  CHELA_ASSERT(handle, "SQLite has memory for a connection");
  std::unique_ptr<Connection> connection(new Connection(handle, file, options));
  std::string purpose = "opening " + file.string();
  if (status != SQLITE_OK) return fail_sqlite(purpose, status, handle);
  if (auto configured = connection->configure(); !configured) return fail(purpose, std::move(configured.error()));
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  int status = sqlite3_close(handle_);
  CHELA_ASSERT(status == SQLITE_OK, "every statement is destroyed before its connection");
}

Result<void> Connection::configure() {
  using std::chrono::milliseconds;
  sqlite3_busy_timeout(handle_,
                       static_cast<int>(std::chrono::duration_cast<milliseconds>(options_.busy_time_max).count()));
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, kLookasideBytes, kLookasideCount);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kValueBytesMax);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  CHELA_CHECK(run_script("setting it up", fmt::format("PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; "
                                                      "PRAGMA cache_size=-{}; PRAGMA cell_size_check=ON;",
                                                      options_.cache_kib)));
  if (options_.access == Access::read_only) return {};
  {
    CHELA_TRY(auto mode, prepare("switching to WAL", "PRAGMA journal_mode=WAL"));
    CHELA_TRY(bool row, mode.step());
    if (!row || mode.text(0) != "wal") {
      return fail(ErrorCode::unavailable,
                  "switching to WAL: this file system does not support it; put the state directory on a local disk");
    }
  }
  CHELA_CHECK(run_script("setting it up",
                         "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; "
                         "PRAGMA journal_size_limit=16777216;"));
  CHELA_TRY(auto pages, prepare("asking for the page size", "PRAGMA page_size"));
  CHELA_TRY(bool row, pages.step());
  page_bytes_ = row ? static_cast<std::uint64_t>(pages.integer(0)) : 4096;
  sqlite3_wal_hook(handle_, &Connection::on_commit, this);
  return {};
}

std::unexpected<Error> Connection::fail_last(std::string_view purpose, int status) {
  if (is_sync_failure(status)) note_sync_failure();
  return fail_sqlite(purpose, status, handle_);
}

void Connection::note_sync_failure() {
  sync_failed_ = true;
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);  // the WAL is evidence now
}

Result<Statement> Connection::prepare(std::string_view purpose, std::string_view sql) {
  auto cached = statements_.find(sql);
  if (cached != statements_.end() && !cached->second->in_use) {
    cached->second->last_used = ++uses_;
    return Statement(*this, *cached->second, nullptr, purpose);
  }
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  int status =
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  if (status != SQLITE_OK) return fail_last(purpose, status);
  auto prepared = std::make_unique<detail::Prepared>(handle);
  CHELA_ASSERT(handle && trim({rest, sql.data() + sql.size()}).empty(), "prepare takes exactly one statement");
  detail::Prepared& borrowed = *prepared;
  if (cached != statements_.end())
    return Statement(*this, borrowed, std::move(prepared), purpose);  // used twice at once
  if (statements_.size() >= options_.statements_max) evict_statement();
  borrowed.last_used = ++uses_;
  statements_.emplace(sql, std::move(prepared));
  return Statement(*this, borrowed, nullptr, purpose);
}

void Connection::evict_statement() {
  auto oldest = statements_.end();
  for (auto entry = statements_.begin(); entry != statements_.end(); ++entry) {
    if (entry->second->in_use) continue;
    if (oldest == statements_.end() || entry->second->last_used < oldest->second->last_used) oldest = entry;
  }
  if (oldest != statements_.end()) statements_.erase(oldest);
}

Result<void> Connection::run_script(std::string_view purpose, std::string_view sql) {
  std::string text(sql);
  int status = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return fail_last(purpose, sqlite3_extended_errcode(handle_));
  return {};
}

std::int64_t Connection::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Connection::changed_rows() const {
  return sqlite3_changes64(handle_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

// Real time, whatever clock the loop runs on: the limit protects against SQL that really runs for long.
void Connection::limit_time(Duration limit) {
  if (limit == Duration::zero()) {
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    return;
  }
  time_limit_ = real_now() + limit;
  sqlite3_progress_handler(handle_, kStepsBetweenTimeChecks, &Connection::on_progress, this);
}

int Connection::on_progress(void* self) {
  return real_now() >= static_cast<Connection*>(self)->time_limit_ ? 1 : 0;
}

int Connection::on_commit(void* self, sqlite3*, const char*, int wal_pages) {
  auto& connection = *static_cast<Connection*>(self);
  connection.wal_bytes_ = static_cast<std::uint64_t>(wal_pages) * connection.page_bytes_;
  return SQLITE_OK;
}

Result<bool> Connection::checkpoint(Checkpoint mode) {
  int pages = 0;
  int pages_moved = 0;
  int status = sqlite3_wal_checkpoint_v2(
      handle_, "main", mode == Checkpoint::restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
      &pages_moved);
  if ((status & 0xff) == SQLITE_BUSY) return false;  // a reader stays longer than the wait
  if (status != SQLITE_OK) return fail_last("moving the WAL into the database", status);
  return pages == pages_moved;
}

Result<void> Connection::sync_names() {
  if (names_synced_) return {};
  if (auto synced = sync_directory_of(file_); !synced) {
    note_sync_failure();
    return fail(ErrorCode::unavailable, "{}; check the disk, then restart", synced.error().message);
  }
  names_synced_ = true;
  return {};
}

void Connection::release_memory() {
  sqlite3_db_release_memory(handle_);
}

}  // namespace chela::store
