#include "kernel/core/store/database.hpp"

#include <latch>

#include "kernel/core/loop/join.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

using Rows = std::vector<std::int64_t>;
using namespace std::chrono_literals;

class DatabaseTest : public StoreTest {
 protected:
  Task<Result<void>> write_row(Database& database, std::int64_t n) {
    return database.write<void>([n](Connection& connection) { return insert_row(connection, n); });
  }
  Rows rows(Database& database) { return run_on(loop, database.read<Rows>(list_rows)).value_or(Rows{-1}); }
  // A job that keeps the writer busy until the test lets it go.
  Task<Result<void>> hold_writer(Database& database, std::latch& release) {
    return database.write<void>([&release](Connection&) -> Result<void> {
      release.wait();
      return {};
    });
  }
  // Until the waiters of all posted completions have been told.
  void run_until(const std::function<bool()>& done) {
    while (!done()) loop.run_ready();
  }
};

TEST_F(DatabaseTest, IdleItHasNoThread) {
  auto database = open_database();
  EXPECT_TRUE(database->read_now<Rows>(list_rows));
  EXPECT_FALSE(database->stats().thread_running);
}

TEST_F(DatabaseTest, AWriteIsSeenByTheNextRead) {
  auto database = open_database();
  auto id = run_on(loop, database->write<std::int64_t>([](Connection& connection) -> Result<std::int64_t> {
    CHELA_CHECK(insert_row(connection, 42));
    return connection.last_insert_id();
  }));
  ASSERT_TRUE(id) << message_of(id);
  EXPECT_EQ(*id, 1);
  EXPECT_EQ(rows(*database), Rows{42});
  EXPECT_EQ(database->read_now<Rows>(list_rows).value_or(Rows{}), Rows{42});
}

TEST_F(DatabaseTest, WritesHappenInTheOrderTheyWereAsked) {
  auto database = open_database();
  std::vector<Task<Result<void>>> tasks;
  Rows expected;
  for (int n = 0; n < 1000; ++n) {
    tasks.push_back(write_row(*database, (n * 7919) % 1000));
    expected.push_back((n * 7919) % 1000);
  }
  constexpr auto all = [](std::vector<Task<Result<void>>> jobs) -> Task<Result<void>> {
    auto results = co_await join_all(std::move(jobs));
    for (auto& result : results) CHELA_CO_CHECK(std::move(result));
    co_return Result<void>{};
  };
  ASSERT_TRUE(run_on(loop, all(std::move(tasks))));
  EXPECT_EQ(rows(*database), expected);
}

TEST_F(DatabaseTest, JobsThatWaitShareOneCommit) {
  auto with = options();
  with.writer.group = {.jobs_max = 1000, .time_max = 1h};
  auto database = open_database(with);
  std::latch release(1);
  std::size_t done = 0;
  auto note = [](Task<Result<void>> task, std::size_t& count) -> Task<Result<void>> {
    CHELA_CO_CHECK(co_await std::move(task));
    ++count;
    co_return Result<void>{};
  };
  loop.spawn("first", note(hold_writer(*database, release), done));
  for (int n = 0; n < 200; ++n) loop.spawn("row", note(write_row(*database, n), done));
  EXPECT_EQ(done, 0u);
  release.count_down();
  run_until([&] { return done == 201; });
  EXPECT_EQ(database->stats().groups_committed, 1u);
  EXPECT_EQ(database->stats().jobs_committed, 201u);
}

TEST_F(DatabaseTest, AFullQueueSaysSoAtOnce) {
  auto with = options();
  with.writer.queue_length_max = 10;
  with.writer.group.jobs_max = 1;
  auto database = open_database(with);
  std::latch started(1);
  std::latch release(1);
  loop.spawn("busy", database->write<void>([&](Connection&) -> Result<void> {
    started.count_down();
    release.wait();
    return {};
  }));
  started.wait();
  for (int n = 0; n < 10; ++n) loop.spawn("row", write_row(*database, n));
  auto refused = run_on(loop, write_row(*database, 10));
  release.count_down();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::exhausted);
  run_until([&] { return loop.task_count() == 0; });
  EXPECT_EQ(rows(*database).size(), 10u);
}

TEST_F(DatabaseTest, AWaiterMayGoAwayAndItsWriteStillHappens) {
  auto database = open_database();
  std::latch release(1);
  {
    auto busy = hold_writer(*database, release);
    auto row = write_row(*database, 7);
    busy.start();
    row.start();
  }
  release.count_down();
  EXPECT_TRUE(run_on(loop, write_row(*database, 8)));
  EXPECT_EQ(rows(*database), (Rows{7, 8}));
}

TEST_F(DatabaseTest, ClosingRunsWhatIsQueued) {
  std::latch release(1);
  std::vector<Result<void>> results;
  auto keep = [](Task<Result<void>> task, std::vector<Result<void>>& out) -> Task<Result<void>> {
    auto result = co_await std::move(task);
    out.push_back(std::move(result));
    co_return Result<void>{};
  };
  {
    auto database = open_database();
    loop.spawn("busy", hold_writer(*database, release));
    for (int n = 0; n < 20; ++n) loop.spawn("row", keep(write_row(*database, n), results));
    release.count_down();
  }
  run_until([&] { return results.size() == 20; });
  for (auto& result : results) EXPECT_TRUE(result) << message_of(result);
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "test.db-wal")) << "a clean close leaves one file";
  EXPECT_EQ(rows(*open_database()).size(), 20u);
}

TEST_F(DatabaseTest, TheThreadEndsWhenIdleAndComesBack) {
  auto with = options();
  with.writer.checkpoint_after = 1ms;
  with.writer.idle_time_max = 1ms;
  auto database = open_database(with);
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE(run_on(loop, write_row(*database, n)));
    while (database->stats().thread_running) std::this_thread::yield();
  }
  EXPECT_GE(database->stats().checkpoints, 20u);
  EXPECT_EQ(rows(*database).size(), 20u);
}

TEST_F(DatabaseTest, TheWalStaysSmallUnderLoad) {
  auto with = options();
  with.writer.wal_bytes_max = 256 * 1024;
  auto database = open_database(with);
  std::uint64_t wal_bytes_most = 0;
  for (int n = 0; n < 200; ++n) {
    auto written =
        run_on(loop, database->write<void>([n](Connection& c) { return insert_row(c, n, std::string(20'000, 'x')); }));
    ASSERT_TRUE(written) << message_of(written);
    wal_bytes_most = std::max(wal_bytes_most, database->stats().wal_bytes);
  }
  EXPECT_LT(wal_bytes_most, 400u * 1024);
  EXPECT_GT(database->stats().checkpoints, 5u);
}

TEST_F(DatabaseTest, ReadersShareFewConnectionsAndWaitTheirTurn) {
  auto with = options();
  with.readers = {.connections_max = 2, .queue_length_max = 3, .read_time_max = 10s, .idle_time_max = 30s};
  auto database = open_database(with);
  std::latch release(1);
  std::size_t done = 0;
  std::size_t exhausted = 0;
  auto read = [](Database& from, std::latch& wait, std::size_t& count, std::size_t& refused) -> Task<Result<void>> {
    auto result = co_await from.read<Rows>([&wait](Connection& connection) {
      wait.wait();
      return list_rows(connection);
    });
    if (!result && result.error().code == ErrorCode::exhausted) ++refused;
    if (result) ++count;
    co_return Result<void>{};
  };
  for (int i = 0; i < 8; ++i) loop.spawn("read", read(*database, release, done, exhausted));
  EXPECT_EQ(exhausted, 3u);
  release.count_down();
  run_until([&] { return done == 5; });
}

TEST_F(DatabaseTest, AReadSeesOneMoment) {
  auto database = open_database();
  ASSERT_TRUE(run_on(loop, write_row(*database, 1)));
  std::latch looked(1);
  std::latch release(1);
  std::optional<std::pair<std::size_t, std::size_t>> counts;
  constexpr auto read_twice = [](Database& from, std::latch& first, std::latch& wait,
                                 std::optional<std::pair<std::size_t, std::size_t>>& out) -> Task<Result<void>> {
    auto job = [&](Connection& connection) -> Result<std::pair<std::size_t, std::size_t>> {
      CHELA_TRY(auto before, list_rows(connection));
      first.count_down();
      wait.wait();
      CHELA_TRY(auto after, list_rows(connection));
      return std::pair(before.size(), after.size());
    };
    CHELA_CO_TRY(auto pair, co_await from.read<std::pair<std::size_t, std::size_t>>(std::move(job)));
    out = pair;
    co_return Result<void>{};
  };
  loop.spawn("read", read_twice(*database, looked, release, counts));
  looked.wait();
  ASSERT_TRUE(run_on(loop, write_row(*database, 2)));
  release.count_down();
  run_until([&] { return counts.has_value(); });
  EXPECT_EQ(*counts, (std::pair<std::size_t, std::size_t>(1, 1)));
}

TEST_F(DatabaseTest, AnEndlessReadIsCutAndItsConnectionLivesOn) {
  auto with = options();
  with.readers = {.connections_max = 1, .queue_length_max = 3, .read_time_max = 10ms, .idle_time_max = 30s};
  auto database = open_database(with);
  auto endless = run_on(loop, database->read<void>([](Connection& c) {
    return c.run("counting", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n");
  }));
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, ErrorCode::timed_out);
  EXPECT_EQ(rows(*database), Rows{});
}

TEST_F(DatabaseTest, ClosingCancelsThoseWhoWaitToRead) {
  auto with = options();
  with.readers.connections_max = 0;
  auto database = open_database(with);
  std::string told;
  constexpr auto read = [](Database& from, std::string& out) -> Task<Result<void>> {
    auto result = co_await from.read<Rows>(list_rows);
    out = result ? "read" : std::string(name_of(result.error().code));
    co_return Result<void>{};
  };
  loop.spawn("read", read(*database, told));
  database = nullptr;
  EXPECT_EQ(told, "cancelled");
}

TEST_F(DatabaseTest, FindsNoDamageInASoundFile) {
  auto database = open_database();
  auto damage = run_on(loop, database->read<std::vector<std::string>>(find_damage));
  ASSERT_TRUE(damage) << message_of(damage);
  EXPECT_THAT(*damage, ::testing::IsEmpty());
}

}  // namespace
}  // namespace chela::store
