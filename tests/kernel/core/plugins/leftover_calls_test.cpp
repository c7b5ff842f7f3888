#include "kernel/core/plugins/leftover_calls.hpp"

#include <gtest/gtest.h>

#include "tests/fake_clock.hpp"

namespace chela::plugins {
namespace {

using std::chrono::seconds;

class LeftoverCallsTest : public testing::Test {
 protected:
  void pass(Duration time) {
    clock.advance(time);
    timers.expire();
  }

  FakeClock clock;
  TimerQueue timers{clock};
  int alarms = 0;
  LeftoverCalls calls{timers, [this] { ++alarms; }};
};

TEST_F(LeftoverCallsTest, CountsWhatOutlastsItsGrace) {
  calls.add(1);
  pass(seconds(5));
  calls.add(2);
  EXPECT_EQ(calls.count(), 0u);
  pass(seconds(5));
  EXPECT_EQ(calls.count(), 1u);
  pass(seconds(5));
  EXPECT_EQ(calls.count(), 2u);
  calls.remove(1);
  EXPECT_EQ(calls.count(), 1u);
  calls.remove(7);  // one that was completed in time
  EXPECT_EQ(calls.count(), 1u);
  EXPECT_EQ(alarms, 0);
}

TEST_F(LeftoverCallsTest, AnyNumberMayBeCompletedInTime) {
  for (std::uint64_t id = 1; id <= 1000; ++id) calls.add(id);
  pass(seconds(9));
  for (std::uint64_t id = 1; id <= 1000; ++id) calls.remove(id);
  pass(seconds(100));
  EXPECT_EQ(calls.count(), 0u);
  EXPECT_EQ(alarms, 0);
}

TEST_F(LeftoverCallsTest, TellsOnceThatThereAreTooMany) {
  for (std::uint64_t id = 1; id <= LeftoverCalls::kCallsMax; ++id) {
    EXPECT_EQ(alarms, 0);
    calls.add(id);
    pass(seconds(4));  // the graces overlap
  }
  pass(seconds(6));
  EXPECT_EQ(alarms, 1);
  for (std::uint64_t id = 10; id < 20; ++id) calls.add(id);
  pass(seconds(10));
  EXPECT_EQ(calls.count(), LeftoverCalls::kCallsMax + 10);
  EXPECT_EQ(alarms, 1);
}

TEST_F(LeftoverCallsTest, ACallMayOutliveThem) {
  auto some = std::make_shared<LeftoverCalls>(timers, nullptr);
  LeftoverCall call(some, 1);
  call.answered_for();
  pass(seconds(10));
  EXPECT_EQ(some->count(), 1u);
  some.reset();
  call.answered_for();
  call.completed();
  pass(seconds(10));
}

}  // namespace
}  // namespace chela::plugins
