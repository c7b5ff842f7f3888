#pragma once

// One SQLite connection with the settings that Chela relies on: WAL, synchronous=FULL, foreign keys, no trust in the
// schema, no extensions, no checkpoints on commit. One thread at a time; handing it over needs a lock in between.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/store/statement.hpp"

struct sqlite3;

namespace chela::store {

enum class Access : std::uint8_t { read_only, read_write };

struct ConnectionOptions {
  Access access = Access::read_write;
  Duration busy_time_max = std::chrono::seconds(5);  // how long to wait for a lock of another connection
  int cache_kib = 512;
  std::size_t statements_max = 64;  // prepared statements kept for reuse
};

enum class Checkpoint : std::uint8_t {
  passive,  // what can be moved into the database without waiting for readers
  restart,  // waits for readers, so that the next write starts the WAL anew
};

class Connection {
 public:
  // The file must exist (database_file.hpp makes it). Errors as in sqlite_error.hpp.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, ConnectionOptions options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // `purpose` is a literal that says what the statement is for: "saving the note". `sql` is one statement.
  Result<Statement> prepare(std::string_view purpose, std::string_view sql);
  // Prepares, binds in order, and runs to the end.
  template <class... Values>
  Result<void> run(std::string_view purpose, std::string_view sql, const Values&... values) {
    CHELA_TRY(Statement statement, prepare(purpose, sql));
    statement.bind_all(values...);
    return statement.run();
  }
  // Several statements without parameters; not cached. For schemas.
  Result<void> run_script(std::string_view purpose, std::string_view sql);

  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;  // by the last INSERT, UPDATE or DELETE
  bool in_transaction() const;

  // Statements that run past `limit` of real time end with `timed_out`. Zero: no limit.
  void limit_time(Duration limit);
  // Bytes of the WAL after the last commit of this connection.
  std::uint64_t wal_bytes() const { return wal_bytes_; }
  // True when every page of the WAL is in the database now.
  Result<bool> checkpoint(Checkpoint mode);
  // Once, before the first group of writes: syncs the directory, so that the names of the database and of its WAL outlive
  // a power cut. SQLite does the same and does not say when it fails.
  Result<void> sync_names();
  void release_memory();
  // True once an fsync has failed. Nothing may be acknowledged through this connection any more.
  bool sync_failed() const { return sync_failed_; }

 private:
  friend class Statement;
  Connection(sqlite3* handle, std::filesystem::path file, ConnectionOptions options)
      : handle_(handle), file_(std::move(file)), options_(options) {}

  Result<void> configure();
  std::unexpected<Error> fail_last(std::string_view purpose, int status);
  void note_sync_failure();
  void evict_statement();
  static int on_progress(void* self);
  static int on_commit(void* self, sqlite3* handle, const char* schema, int wal_pages);

  sqlite3* handle_;
  const std::filesystem::path file_;
  ConnectionOptions options_;
  std::map<std::string, std::unique_ptr<detail::Prepared>, std::less<>> statements_;
  std::uint64_t uses_ = 0;
  std::uint64_t wal_bytes_ = 0;
  std::uint64_t page_bytes_ = 0;
  TimePoint time_limit_{};
  bool sync_failed_ = false;
  bool names_synced_ = false;
};

}  // namespace chela::store
