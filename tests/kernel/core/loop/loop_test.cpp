#include "kernel/core/loop/loop.hpp"

#include <gtest/gtest.h>
#include <uv.h>

#include <thread>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/join.hpp"
#include "tests/fake_clock.hpp"

namespace chela {
namespace {

using namespace std::chrono_literals;

Task<int> answer() { co_return 42; }

Task<Result<void>> await_many(int count, int& sum) {
  for (int i = 0; i < count; ++i) {
    int value = co_await answer();
    sum += value;
  }
  co_return Result<void>{};
}

TEST(Task, AwaitsThatCompleteAtOnceDoNotGrowTheStack) {
  Loop loop;
  int sum = 0;
  loop.spawn("sum", await_many(300'000, sum));
  loop.drain(1s);
  EXPECT_EQ(sum, 300'000 * 42);
}

Task<int> depth(int n) {
  if (n == 0) co_return 0;
  int below = co_await depth(n - 1);
  co_return below + 1;
}

Task<Result<void>> store_depth(int n, int& out) {
  out = co_await depth(n);
  co_return Result<void>{};
}

TEST(Task, ChainsAThousandDeep) {
  Loop loop;
  int out = 0;
  loop.spawn("depth", store_depth(1000, out));
  loop.drain(1s);
  EXPECT_EQ(out, 1000);
}

Task<Result<void>> sleep_and_note(Loop& loop, Duration delay, std::vector<int>& order, int id) {
  CHELA_CO_CHECK(co_await sleep_until(loop, loop.now() + delay, loop.shutdown_token()));
  order.push_back(id);
  co_return Result<void>{};
}

TEST(Timer, FiresInOrderOfDeadline) {
  FakeClock clock;
  Loop loop(clock);
  std::vector<int> order;
  loop.spawn("b", sleep_and_note(loop, 20ms, order, 2));
  loop.spawn("a", sleep_and_note(loop, 10ms, order, 1));
  loop.spawn("c", sleep_and_note(loop, 30ms, order, 3));
  loop.run_ready();
  EXPECT_TRUE(order.empty());
  clock.advance(25ms);
  loop.run_ready();
  EXPECT_EQ(order, (std::vector{1, 2}));
  clock.advance(5ms);
  loop.run_ready();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(loop.task_count(), 0u);
}

TEST(Timer, HeapSurvivesRandomArmingAndDisarming) {
  FakeClock clock;
  TimerQueue queue(clock);
  std::vector<std::unique_ptr<Timer>> timers;
  std::vector<TimePoint> fired;
  for (int i = 0; i < 500; ++i) {
    timers.push_back(std::make_unique<Timer>(queue, [&, i] { fired.push_back(timers[i]->deadline()); }));
    timers[i]->arm(clock.now() + std::chrono::milliseconds((i * 7919) % 1000));
  }
  for (int i = 0; i < 500; i += 3) timers[i]->disarm();
  for (int i = 0; i < 500; i += 5) timers[i]->arm_after(std::chrono::milliseconds((i * 31) % 1000));
  clock.advance(1s);
  queue.expire();
  EXPECT_TRUE(std::ranges::is_sorted(fired));
  EXPECT_EQ(fired.size(), 500u - 167u + 34u);
  EXPECT_EQ(queue.next_deadline(), TimePoint::max());
}

TEST(Loop, RealTimersFireWithoutSpinning) {
  Loop loop;
  std::vector<int> order;
  loop.spawn("only", sleep_and_note(loop, 5ms, order, 1));
  Timer stop(loop.timers(), [&] { loop.stop(); });
  stop.arm_after(20ms);
  loop.run();
  EXPECT_EQ(order, (std::vector{1}));
  loop.drain(1s);
}

TEST(Loop, DrainCancelsSleepersAndReportsTheStuck) {
  Loop loop;
  std::vector<int> order;
  loop.spawn("sleeper", sleep_and_note(loop, 1h, order, 1));
  Completion<bool> never;
  constexpr auto wait_for_ever = [](Completion<bool>& completion) -> Task<Result<void>> {
    co_await completion.wait();
    co_return Result<void>{};
  };
  loop.spawn("stuck", wait_for_ever(never));
  EXPECT_EQ(loop.drain(10ms), (std::vector<std::string>{"stuck"}));
  EXPECT_TRUE(order.empty());
}

TEST(Loop, PostsFromOtherThreadsInOrder) {
  Loop loop;
  std::vector<int> seen;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&, i] { seen.push_back(i); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  poster.join();
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  loop.drain(1s);
}

Task<Result<void>> hold(std::shared_ptr<int>, Completion<bool>& until) {
  co_await until.wait();
  co_return Result<void>{};
}

TEST(Loop, FreesWhatEndsAtOnceBeforeTheLoopComesRound) {
  Loop loop;
  auto held = std::make_shared<int>();
  Completion<bool> over;
  over.set(true);
  for (int i = 0; i < 1000; ++i) {
    loop.spawn("at once", hold(held, over));
    ASSERT_EQ(held.use_count(), 1);
  }
  EXPECT_EQ(loop.task_count(), 0u);
  loop.drain(1s);
}

TEST(Loop, FreesWhatEndsLaterBeforeItWaitsAgain) {
  Loop loop;
  auto held = std::make_shared<int>();
  Completion<bool> over;
  loop.spawn("later", hold(held, over));
  over.set(true);
  EXPECT_EQ(loop.task_count(), 0u);
  uv_run(loop.uv(), UV_RUN_NOWAIT);
  EXPECT_EQ(held.use_count(), 1);
  loop.drain(1s);
}

TEST(Loop, ReportsErrorsOfDetachedTasks) {
  Loop loop;
  std::string report;
  loop.on_task_error([&](const std::string& name, const Error& error) { report = name + ": " + error.message; });
  constexpr auto failing = []() -> Task<Result<void>> { co_return fail(ErrorCode::internal, "broken"); };
  loop.spawn("job", failing());
  EXPECT_EQ(report, "job: broken");
  loop.drain(1s);
}

Task<Result<void>> work_elsewhere(Loop& loop, int& out) {
  auto result = co_await run_blocking<int>(loop, []() -> Result<int> { return 7; });
  out = *result;
  loop.stop();
  co_return Result<void>{};
}

TEST(Loop, RunsBlockingWorkOnThePool) {
  Loop loop;
  int out = 0;
  loop.spawn("work", work_elsewhere(loop, out));
  loop.run();
  EXPECT_EQ(out, 7);
  loop.drain(1s);
}

Task<int> sleep_then(Loop& loop, Duration delay, int value) {
  (void)co_await sleep_until(loop, loop.now() + delay, {});
  co_return value;
}

Task<Result<void>> join_three(Loop& loop, std::vector<int>& out) {
  std::vector<Task<int>> tasks;
  tasks.push_back(sleep_then(loop, 3ms, 1));
  tasks.push_back(answer());
  tasks.push_back(sleep_then(loop, 1ms, 3));
  out = co_await join_all(std::move(tasks));
  co_return Result<void>{};
}

TEST(Join, KeepsTheOrderOfTheTasks) {
  Loop loop;
  std::vector<int> out;
  loop.spawn("join", join_three(loop, out));
  loop.drain(1s);
  EXPECT_EQ(out, (std::vector{1, 42, 3}));
}

TEST(Cancel, CallbacksMayDestroyRegistrations) {
  CancelSource source;
  int fired = 0;
  CancelRegistration second;
  auto first = source.token().on_cancel([&] {
    ++fired;
    second.reset();
  });
  second = source.token().on_cancel([&] { fired += 10; });
  source.cancel();
  source.cancel();
  EXPECT_EQ(fired, 1);
}

TEST(Cancel, ChildrenFollowTheirParent) {
  CancelSource parent;
  CancelSource child(parent.token());
  bool fired = false;
  auto registration = child.token().on_cancel([&] { fired = true; });
  parent.cancel();
  EXPECT_TRUE(fired);
  EXPECT_TRUE(child.cancelled());
  bool late = false;
  auto after = child.token().on_cancel([&] { late = true; });
  EXPECT_TRUE(late);
}

}  // namespace
}  // namespace chela
