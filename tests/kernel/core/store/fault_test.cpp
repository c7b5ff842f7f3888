// What the store promises when the disk fails: at each point in turn, with each way of failing.

#include <sys/resource.h>
#include <sys/wait.h>

#include <set>

#include "kernel/core/store/write_group.hpp"
#include "tests/kernel/core/store/fault_vfs.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

using Rows = std::vector<std::int64_t>;

class FaultTest : public StoreTest {
 protected:
  Result<void> write_row(Database& database, std::int64_t n) {
    return run_on(loop, database.write<void>(
                            [n](Connection& connection) { return insert_row(connection, n, std::string(3000, 'x')); }));
  }

  // Opens the database and writes rows one by one until something fails; the numbers of those acknowledged.
  std::set<std::int64_t> write_until_failure(const DatabaseOptions& with) {
    std::set<std::int64_t> acknowledged;
    auto database = Database::open(loop, with, kRowsSchema);
    if (!database) return acknowledged;
    for (std::int64_t n = 0; n < 12; ++n) {
      if (write_row(**database, n)) acknowledged.insert(n);
    }
    return acknowledged;
  }

  // Everything acknowledged is there once, and the file is sound.
  void expect_kept(const std::set<std::int64_t>& acknowledged) {
    auto database = open_database();
    ASSERT_TRUE(database);
    auto rows = database->read_now<Rows>(list_rows);
    ASSERT_TRUE(rows) << message_of(rows);
    std::multiset<std::int64_t> found(rows->begin(), rows->end());
    for (auto n : acknowledged) EXPECT_EQ(found.count(n), 1u) << n;
    auto damage = database->read_now<std::vector<std::string>>(find_damage);
    EXPECT_THAT(damage.value_or(std::vector<std::string>{"?"}), ::testing::IsEmpty());
    EXPECT_TRUE(write_row(*database, 1000)) << "the disk works again";
  }

  DatabaseOptions small_wal() const {
    auto with = options();
    with.writer.wal_bytes_max = 32 * 1024;  // so that checkpoints are among the operations
    return with;
  }

  FaultVfs vfs;
};

class FaultAtEachStep : public FaultTest, public ::testing::WithParamInterface<int> {};

TEST_P(FaultAtEachStep, LosesNothingAcknowledged) {
  std::int64_t steps = 0;
  for (bool more = true; more;) {
    SCOPED_TRACE(fmt::format("operation {}", ++steps));
    std::filesystem::remove_all(directory.path());
    std::filesystem::create_directory(directory.path());
    FaultVfs faulty;
    faulty.fail_from(steps, GetParam());
    auto acknowledged = write_until_failure(small_wal());
    more = faulty.failed();
    faulty.fail_from(0, 0);
    expect_kept(acknowledged);
    if (HasFailure()) return;
  }
  EXPECT_GT(steps, 60) << "the script must reach the disk often enough to prove something";
}

INSTANTIATE_TEST_SUITE_P(Codes, FaultAtEachStep, ::testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE));

TEST_F(FaultTest, WritesWorkAgainWhenSpaceReturns) {
  auto database = open_database();
  ASSERT_TRUE(write_row(*database, 1));
  vfs.fail_from(1, SQLITE_FULL);
  auto full = write_row(*database, 2);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::unavailable);
  EXPECT_THAT(full.error().message, ::testing::HasSubstr("free some space"));
  EXPECT_EQ(database->read_now<Rows>(list_rows).value_or(Rows{}), Rows{1}) << "reading goes on";
  vfs.fail_from(0, 0);
  EXPECT_TRUE(write_row(*database, 3));
  EXPECT_EQ(database->stats().groups_failed, 1u);
}

TEST_F(FaultTest, AfterAFailedSyncNothingIsAcknowledged) {
  auto database = open_database();
  ASSERT_TRUE(write_row(*database, 1));
  vfs.fail_syncs(true);
  EXPECT_FALSE(write_row(*database, 2));
  vfs.fail_syncs(false);
  auto later = write_row(*database, 3);
  ASSERT_FALSE(later) << "the pages of the failed fsync may be gone, and the next one would not say so";
  EXPECT_EQ(later.error().code, ErrorCode::unavailable);
  EXPECT_THAT(later.error().message, ::testing::HasSubstr("restart"));
  database = nullptr;
  expect_kept({1});
}

// writes since the last fsync vanish. The twin with synchronous=NORMAL shows that the test can see a loss.
class PowerCutTest : public FaultTest {
 protected:
  std::size_t count_lost(std::string_view synchronous) {
    open_database();
    auto connection = open_connection();
    EXPECT_TRUE(connection->run_script("setting", fmt::format("PRAGMA synchronous={}", synchronous)));
    auto copy = directory.path() / "copy.db";
    std::size_t lost = 0;
    for (std::int64_t n = 0; n < 100; ++n) {
      std::unique_ptr<WriteJob> job =
          std::make_unique<TypedWriteJob<void>>([n](Connection& c) { return insert_row(c, n, std::string(2000, 'x')); },
                                                std::weak_ptr<Completion<Result<void>>>());
      auto group = run_write_group(*connection, {}, [&] { return std::move(job); });
      EXPECT_FALSE(group.commit_error);
      if (n % 17 == 0) EXPECT_TRUE(connection->checkpoint(Checkpoint::passive));
      vfs.copy_after_power_cut(options().path, copy);
      auto survivor = Connection::open(copy, {});
      if (!survivor) return 100;
      auto rows = list_rows(**survivor).value_or(Rows{});
      if (rows.size() != static_cast<std::size_t>(n) + 1) ++lost;
    }
    return lost;
  }
};

TEST_F(PowerCutTest, WhatIsAcknowledgedSurvives) {
  EXPECT_EQ(count_lost("FULL"), 0u);
}

TEST_F(PowerCutTest, WouldBeLostWithoutFull) {
  EXPECT_GT(count_lost("NORMAL"), 50u);
}

// A real limit of the operating system in the middle of a file, in a child.
TEST(FileSizeLimit, FailsCleanlyAndGoesOnWhenRaised) {
  TemporaryDirectory directory;
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    Loop loop;
    auto database = Database::open(loop, {.path = directory / "test.db", .writer = {}, .readers = {}}, kRowsSchema);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 300'000;
    setrlimit(RLIMIT_FSIZE, &limit);
    auto write = [&](std::int64_t n) {
      return run_on(
          loop, (*database)->write<void>([n](Connection& c) { return insert_row(c, n, std::string(50'000, 'x')); }));
    };
    std::int64_t written = 0;
    while (written < 100 && write(written)) ++written;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    bool recovered = write(200).has_value();
    auto rows = (*database)->read_now<Rows>(list_rows).value_or(Rows{});
    *database = nullptr;
    loop.drain(std::chrono::seconds(1));
    bool good = written > 0 && written < 100 && recovered && rows.size() == static_cast<std::size_t>(written) + 1;
    _exit(good ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace chela::store
