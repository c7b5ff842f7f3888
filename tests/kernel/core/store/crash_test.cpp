// kill -9 at random moments and at each step of a migration.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "tests/kernel/core/store/fault_vfs.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

using Rows = std::vector<std::int64_t>;

// Writes one number after another and reports each that is acknowledged; the frame ends with the process.
Task<Result<void>> write_and_report(Database& database, std::int64_t& next, int report) {
  for (;;) {
    std::int64_t n = next++;
    CHELA_CO_CHECK(co_await database.write<void>(
        [n](Connection& connection) { return insert_row(connection, n, std::string(600, 'x')); }));
    if (::write(report, &n, sizeof n) != sizeof n) co_return fail(ErrorCode::internal, "the parent is gone");
  }
}

[[noreturn]] void write_until_killed(const std::filesystem::path& file, int report) {
  Loop loop;
  DatabaseOptions options{.path = file, .writer = {}, .readers = {}};
  options.writer.wal_bytes_max = 64 * 1024;  // so that kills hit checkpoints, too
  auto database = Database::open(loop, options, kRowsSchema);
  if (!database) _exit(2);
  auto rows = (*database)->read_now<Rows>(list_rows).value_or(Rows{});
  std::int64_t next = rows.empty() ? 0 : rows.back() + 1;
  for (int i = 0; i < 20; ++i) loop.spawn("writer", write_and_report(**database, next, report));
  loop.run();
  _exit(3);
}

TEST(KillTest, WhatIsAcknowledgedIsThereOnceAfterEachOfSixtyKills) {
  TemporaryDirectory directory;
  auto file = directory / "test.db";
  std::mt19937 random(20240229);
  std::vector<std::int64_t> acknowledged;
  for (int round = 0; round < 60; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) write_until_killed(file, pipe_ends[1]);
    close(pipe_ends[1]);
    auto reports_until_kill = static_cast<std::size_t>(random() % 300);
    std::int64_t n = 0;
    std::size_t reports = 0;
    while (reports < reports_until_kill && read(pipe_ends[0], &n, sizeof n) == sizeof n) {
      acknowledged.push_back(n);
      ++reports;
    }
    EXPECT_EQ(reports, reports_until_kill) << "the child ended by itself";
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &n, sizeof n) == sizeof n) acknowledged.push_back(n);
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
  }
  Loop loop;
  auto database = Database::open(loop, {.path = file, .writer = {}, .readers = {}}, kRowsSchema);
  ASSERT_TRUE(database) << message_of(database);
  auto rows = (*database)->read_now<Rows>(list_rows);
  ASSERT_TRUE(rows) << message_of(rows);
  std::map<std::int64_t, int> count;
  for (auto n : *rows) ++count[n];
  for (auto n : acknowledged) ASSERT_EQ(count[n], 1) << n;
  EXPECT_GT(acknowledged.size(), 3000u);
  EXPECT_TRUE((*database)->read_now<std::vector<std::string>>(find_damage)->empty());
}

constexpr Migration kOldSteps[] = {{"rows", 1, "CREATE TABLE rows(n INTEGER); INSERT INTO rows VALUES (1), (2), (3)"}};
constexpr Migration kNewSteps[] = {{"rows", 1, "CREATE TABLE rows(n INTEGER); INSERT INTO rows VALUES (1), (2), (3)"},
                                   {"rows", 2,
                                    "CREATE TABLE new_rows(n INTEGER, square INTEGER);"
                                    "INSERT INTO new_rows SELECT n, n * n FROM rows; DROP TABLE rows;"
                                    "ALTER TABLE new_rows RENAME TO rows"},
                                   {"other", 1, "CREATE TABLE other(a); CREATE INDEX other_a ON other(a)"}};

// `steps` in a child that dies at its `operation`-th change of a file; true when it got to the end.
bool migrate_and_die(const std::filesystem::path& file, std::span<const Migration> steps, std::int64_t operation) {
  pid_t child = fork();
  if (child == 0) {
    FaultVfs vfs;
    vfs.fail_from(operation, FaultVfs::kDie);
    Loop loop;
    {
      auto database = Database::open(loop, {.path = file, .writer = {}, .readers = {}}, steps);
      if (!database) _exit(2);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFEXITED(status);
}

TEST(KillTest, AMigrationSurvivesDeathAtEachStep) {
  bool first_start_done = false;
  bool upgrade_done = false;
  std::int64_t steps = 0;
  while (!first_start_done || !upgrade_done) {
    SCOPED_TRACE(fmt::format("operation {}", ++steps));
    TemporaryDirectory directory;
    auto file = directory / "test.db";
    first_start_done = migrate_and_die(file, kOldSteps, steps);
    {
      Loop loop;
      auto database = Database::open(loop, {.path = file, .writer = {}, .readers = {}}, kOldSteps);
      ASSERT_TRUE(database) << message_of(database);
    }
    upgrade_done = migrate_and_die(file, kNewSteps, steps);
    Loop loop;
    auto database = Database::open(loop, {.path = file, .writer = {}, .readers = {}}, kNewSteps);
    ASSERT_TRUE(database) << message_of(database);
    auto sum = (*database)->read_now<std::int64_t>([](Connection& connection) -> Result<std::int64_t> {
      CHELA_TRY(auto select, connection.prepare("adding up", "SELECT sum(square) + count(*) FROM rows"));
      CHELA_CHECK(select.step());
      return select.integer(0);
    });
    EXPECT_EQ(sum.value_or(-1), 1 + 4 + 9 + 3) << message_of(sum);
  }
  EXPECT_GT(steps, 10);
}

}  // namespace
}  // namespace chela::store
