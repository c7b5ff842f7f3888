#include "kernel/core/store/write_group.hpp"

#include <deque>

#include "kernel/core/store/database_file.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

using Job = std::move_only_function<Result<void>(Connection&)>;

class WriteGroupTest : public StoreTest {
 protected:
  WriteGroupTest() {
    open_database();
    connection = open_connection();
  }

  WriteGroup run(std::vector<Job> jobs, GroupLimits limits = {.jobs_max = 100, .time_max = std::chrono::hours(1)}) {
    std::deque<std::unique_ptr<WriteJob>> queue;
    results.clear();
    for (auto& job : jobs) {
      results.push_back(std::make_shared<Completion<Result<void>>>());
      queue.push_back(std::make_unique<TypedWriteJob<void>>(std::move(job), results.back()));
    }
    auto group = run_write_group(*connection, limits, [&]() -> std::unique_ptr<WriteJob> {
      if (queue.empty()) return nullptr;
      auto job = std::move(queue.front());
      queue.pop_front();
      return job;
    });
    for (auto& job : group.jobs) job->complete();
    return group;
  }

  Result<void> result_of(std::size_t job) { return results[job]->wait().await_resume(); }
  std::vector<std::int64_t> rows() { return list_rows(*connection).value_or(std::vector<std::int64_t>{-1}); }

  std::unique_ptr<Connection> connection;
  std::vector<std::shared_ptr<Completion<Result<void>>>> results;
};

Job insert(std::int64_t n) {
  return [n](Connection& connection) { return insert_row(connection, n); };
}

TEST_F(WriteGroupTest, OneGroupIsOneCommit) {
  auto group = run([] {
    std::vector<Job> jobs;
    for (int n = 0; n < 50; ++n) jobs.push_back(insert(n));
    return jobs;
  }());
  EXPECT_EQ(group.jobs.size(), 50u);
  EXPECT_EQ(rows().size(), 50u);
  EXPECT_LT(connection->wal_bytes(), 50u * 4096) << "each commit of its own would have written a page at least";
}

TEST_F(WriteGroupTest, AFailingJobIsUndoneAlone) {
  std::vector<Job> jobs;
  jobs.push_back(insert(1));
  jobs.push_back([](Connection& c) -> Result<void> {
    CHELA_CHECK(insert_row(c, 2));
    return insert_row(c, 1);  // not unique
  });
  jobs.push_back([](Connection& c) -> Result<void> {
    CHELA_CHECK(insert_row(c, 3));
    throw std::runtime_error("a defect");
  });
  jobs.push_back(insert(4));
  auto group = run(std::move(jobs));
  EXPECT_FALSE(group.commit_error);
  EXPECT_EQ(group.jobs_undone, 2u);
  EXPECT_EQ(rows(), (std::vector<std::int64_t>{1, 4}));
  EXPECT_TRUE(result_of(0));
  EXPECT_EQ(result_of(1).error().code, ErrorCode::already_exists);
  EXPECT_EQ(result_of(2).error().message, "unexpected exception: a defect");
  EXPECT_TRUE(result_of(3));
}

TEST_F(WriteGroupTest, AFailingFirstJobIsUndoneAlone) {
  auto fail_after = [](std::int64_t n) -> Job {
    return [n](Connection& c) -> Result<void> {
      CHELA_CHECK(insert_row(c, n));
      return insert_row(c, n);  // not unique
    };
  };
  std::vector<Job> jobs;
  jobs.push_back(fail_after(1));
  jobs.push_back(fail_after(2));
  jobs.push_back(insert(3));
  auto group = run(std::move(jobs));
  EXPECT_FALSE(group.commit_error);
  EXPECT_EQ(group.jobs_undone, 2u);
  EXPECT_EQ(rows(), std::vector<std::int64_t>{3});
  EXPECT_TRUE(result_of(2));
}

TEST_F(WriteGroupTest, AJobThatEndsTheTransactionFailsTheWholeGroup) {
  std::vector<Job> jobs;
  jobs.push_back(insert(1));
  jobs.push_back([](Connection& c) { return c.run("misbehaving", "ROLLBACK"); });
  jobs.push_back(insert(2));
  auto group = run(std::move(jobs));
  ASSERT_TRUE(group.commit_error);
  EXPECT_EQ(group.jobs_undone, 3u);
  for (std::size_t job : {0, 1, 2}) EXPECT_EQ(result_of(job).error().code, ErrorCode::internal);
  EXPECT_TRUE(rows().empty());
}

TEST_F(WriteGroupTest, LimitsLeaveTheRestToTheNextGroup) {
  auto three = [] {
    std::vector<Job> jobs;
    for (int n = 0; n < 3; ++n) jobs.push_back([](Connection&) { return Result<void>{}; });
    return jobs;
  };
  EXPECT_EQ(run(three(), {.jobs_max = 2, .time_max = std::chrono::hours(1)}).jobs.size(), 2u);
  EXPECT_EQ(run(three(), {.jobs_max = 9, .time_max = Duration::zero()}).jobs.size(), 1u);
  EXPECT_EQ(run({}).jobs.size(), 0u);
}

TEST_F(WriteGroupTest, AFullDatabaseFailsWithoutLosingWhatWasThere) {
  run({});
  ASSERT_TRUE(connection->run_script("filling up", "PRAGMA max_page_count=8"));
  std::vector<Job> jobs;
  jobs.push_back(insert(1));
  jobs.push_back([](Connection& c) { return insert_row(c, 2, std::string(100'000, 'x')); });
  run(std::move(jobs));
  auto refused = result_of(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("free some space"));
  ASSERT_TRUE(connection->run_script("making room", "PRAGMA max_page_count=1000000"));
  std::vector<Job> later;
  later.push_back([](Connection& c) { return insert_row(c, 3, std::string(100'000, 'x')); });
  EXPECT_FALSE(run(std::move(later)).commit_error);
  EXPECT_TRUE(result_of(0));
}

}  // namespace
}  // namespace chela::store
