#include "kernel/core/store/write_group.hpp"

#include <utility>

namespace chela::store {

namespace {

Result<void> begin_group(Connection& connection) {
  if (connection.sync_failed())
    return fail(ErrorCode::unavailable, "an fsync has failed; check the disk, then restart");
  CHELA_CHECK(connection.sync_names());
  return connection.run("starting a group of writes", "BEGIN IMMEDIATE");
}

// An error of run() that has ended the transaction, or a success that has.
Result<void> check_transaction(const Connection& connection, const Result<void>& done) {
  if (connection.in_transaction()) return {};
  if (!done) return done;  // SQLite rolls back by itself on a full disk, an I/O error or lack of memory
  return fail(ErrorCode::internal, "a write job ended the transaction of its group");
}

// Both run one job. Error when it could not be run or undone as a whole: then the transaction is not to be trusted.
// `undone` is set when the job alone failed.
// The first job undoes the transaction, which holds nothing else: a savepoint would keep a copy of each page it changes.
Result<void> run_first(Connection& connection, WriteJob& job, bool& undone) {
  auto done = job.run(connection);
  undone = !done;
  CHELA_CHECK(check_transaction(connection, done));
  if (done) return {};
  CHELA_CHECK(connection.run("undoing a write", "ROLLBACK"));
  return begin_group(connection);
}

Result<void> run_in_savepoint(Connection& connection, WriteJob& job, bool& undone) {
  CHELA_CHECK(connection.run("starting a write", "SAVEPOINT job"));
  auto done = job.run(connection);
  undone = !done;
  CHELA_CHECK(check_transaction(connection, done));
  if (!done) CHELA_CHECK(connection.run("undoing a write", "ROLLBACK TO job"));
  return connection.run("ending a write", "RELEASE job");
}

void fail_group(Connection& connection, WriteGroup& group, Error error) {
  if (connection.in_transaction()) (void)connection.run("undoing a group of writes", "ROLLBACK");
  for (auto& job : group.jobs) job->set_failure(error);
  group.jobs_undone = group.jobs.size();
  group.commit_error = std::move(error);
}

}  // namespace

WriteGroup run_write_group(Connection& connection, const GroupLimits& limits,
                           std::move_only_function<std::unique_ptr<WriteJob>()> next) {
  WriteGroup group;
  auto job = next();
  if (!job) return group;
  auto until = std::chrono::steady_clock::now() + limits.time_max;
  auto state = begin_group(connection);
  while (job) {
    group.jobs.push_back(std::move(job));
    bool undone = false;
    auto run = group.jobs.size() == 1 ? run_first : run_in_savepoint;
    if (state) state = run(connection, *group.jobs.back(), undone);
    if (undone) ++group.jobs_undone;
    if (group.jobs.size() >= limits.jobs_max || std::chrono::steady_clock::now() >= until) break;
    job = next();  // also when the transaction is lost: waiting for the next group would only repeat the failure
  }
  if (state) state = connection.run("committing a group of writes", "COMMIT");
  if (!state) fail_group(connection, group, std::move(state.error()));
  return group;
}

}  // namespace chela::store
