#pragma once

// The embedded store: one SQLite file, one writer, some readers. It knows nothing of what it stores; modules bring
// their schema as migrations and their SQL as jobs.
//
//   auto id = co_await database.write<std::int64_t>([text](Connection& connection) -> Result<std::int64_t> {
//     CHELA_CHECK(connection.run("saving the note", "INSERT INTO notes(text) VALUES (?1)", text));
//     return connection.last_insert_id();
//   });
//
// A write that has succeeded is on disk (fsynced), and every later read sees it. Loop thread only; jobs run on other
// threads, own what they use, and must not start or end transactions.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/store/connection.hpp"
#include "kernel/core/store/migrations.hpp"
#include "kernel/core/store/readers.hpp"
#include "kernel/core/store/write_job.hpp"
#include "kernel/core/store/writer.hpp"

namespace chela::store {

struct DatabaseOptions {
  std::filesystem::path path;  // its directory must exist
  WriterOptions writer;
  ReaderOptions readers;
};

class Database {
 public:
  // Makes the file when there is none and applies `migrations`. Blocking; for start-up. `loop` must outlive it.
  // Errors: `corrupt` (damaged; nothing is changed), `unsupported` (written by a newer program), `unavailable`.
  static Result<std::unique_ptr<Database>> open(Loop& loop, DatabaseOptions options,
                                                std::span<const Migration> migrations);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  // Runs the writes that are queued (their waiters are told by the loop), tells waiting readers `cancelled`.
  ~Database();

  // Queues `job` when awaited; jobs run in that order, each as a whole or not at all, many to a transaction.
  // Yields after the commit. The job's own error is yielded as it is; others: `exhausted` (queue full), `unavailable`
  // (disk full or failing: nothing is stored, later writes are tried again; after a failed fsync only a restart helps).
  // Destroying the waiting task does not take the write back.
  template <class T>
  Task<Result<T>> write(std::move_only_function<Result<T>(Connection&)> job) {
    auto done = std::make_shared<Completion<Result<T>>>();
    CHELA_CO_CHECK(writer_.enqueue(std::make_unique<TypedWriteJob<T>>(std::move(job), done)));
    co_return co_await done->wait();
  }

  // Runs `job` on the worker pool against one moment of the database. Errors of the job, `exhausted`, `timed_out`.
  template <class T>
  Task<Result<T>> read(std::move_only_function<Result<T>(Connection&)> job) {
    CHELA_CO_TRY(auto lease, co_await readers_.acquire());
    auto work = [lease = std::move(lease), job = std::move(job)]() mutable -> Result<T> {
      auto used = std::move(lease);  // given back before the result: one wake-up of the loop for both
      CHELA_TRY(Connection * connection, used.begin());
      auto result = job(*connection);
      used.end();
      return result;
    };
    co_return co_await run_blocking<T>(loop_, std::move(work));
  }

  // The same at once, on this thread. For start-up and small look-ups at most.
  template <class T>
  Result<T> read_now(std::move_only_function<Result<T>(Connection&)> job) {
    if (Connection* idle = writer_.idle_connection()) return job(*idle);
    CHELA_TRY(auto connection, Connection::open(path_, {.access = Access::read_only}));
    return job(*connection);
  }

  WriterStats stats() const { return writer_.stats(); }  // any thread
  const std::filesystem::path& path() const { return path_; }

 private:
  Database(Loop& loop, DatabaseOptions options, std::unique_ptr<Connection> connection);

  Loop& loop_;
  const std::filesystem::path path_;
  Readers readers_;
  Writer writer_;
};

// What SQLite finds wrong with the file, one line each; empty when it is sound. Reads everything: for the doctor.
Result<std::vector<std::string>> find_damage(Connection& connection);

}  // namespace chela::store
