#include "kernel/gateway/rate_limit.hpp"

#include <gtest/gtest.h>

#include "tests/fake_clock.hpp"

namespace chela::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RateLimitTest : public testing::Test {
 protected:
  int take(RateLimit& limit, int times, const std::string& client = "a") {
    int taken = 0;
    for (int i = 0; i < times; ++i) taken += limit.take(client);
    return taken;
  }

  FakeClock clock;
};

TEST_F(RateLimitTest, TakesSoManyInAnyMinute) {
  RateLimit limit(3, clock);
  EXPECT_EQ(take(limit, 5), 3);
  clock.advance(seconds(59));
  EXPECT_EQ(take(limit, 5), 0);
  clock.advance(seconds(1));
  EXPECT_EQ(take(limit, 5), 3);
}

TEST_F(RateLimitTest, TheWindowSlides) {
  RateLimit limit(2, clock);
  EXPECT_TRUE(limit.take("a"));
  clock.advance(seconds(40));
  EXPECT_TRUE(limit.take("a"));
  clock.advance(seconds(20));
  EXPECT_EQ(take(limit, 2), 1);  // only the first has left it
  clock.advance(seconds(40));
  EXPECT_EQ(take(limit, 2), 1);
}

TEST_F(RateLimitTest, WhatIsRefusedDoesNotCount) {
  RateLimit limit(1, clock);
  EXPECT_TRUE(limit.take("a"));
  for (int i = 0; i < 59; ++i) {
    clock.advance(seconds(1));
    EXPECT_FALSE(limit.take("a"));
  }
  clock.advance(seconds(1));
  EXPECT_TRUE(limit.take("a"));
}

TEST_F(RateLimitTest, ClientsAreCountedEachForItself) {
  RateLimit limit(1, clock);
  EXPECT_TRUE(limit.take("a"));
  EXPECT_TRUE(limit.take("b"));
  EXPECT_TRUE(limit.take(""));
  EXPECT_FALSE(limit.take("a"));
}

TEST_F(RateLimitTest, ZeroIsNoLimit) {
  RateLimit limit(0, clock);
  EXPECT_EQ(take(limit, 10'000), 10'000);
  EXPECT_EQ(limit.wait("a"), Duration::zero());
}

TEST_F(RateLimitTest, WaitIsUntilTheNextIsTakenAndNeverNegative) {
  RateLimit limit(2, clock);
  EXPECT_EQ(limit.wait("a"), Duration::zero());
  take(limit, 1);
  EXPECT_EQ(limit.wait("a"), Duration::zero()) << "one more may come";
  clock.advance(seconds(10));
  take(limit, 1);
  EXPECT_EQ(limit.wait("a"), seconds(50));
  EXPECT_EQ(limit.wait("b"), Duration::zero());
  clock.advance(limit.wait("a"));
  EXPECT_EQ(limit.wait("a"), Duration::zero());
  EXPECT_TRUE(limit.take("a"));
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(limit.wait("a"), Duration::zero());
}

TEST_F(RateLimitTest, AnotherLimitCountsFromNowOn) {
  RateLimit limit(4, clock);
  EXPECT_EQ(take(limit, 5), 4);
  limit.set_per_minute_max(6);
  EXPECT_EQ(take(limit, 5), 2);
  clock.advance(seconds(30));
  limit.set_per_minute_max(1);
  EXPECT_FALSE(limit.take("a"));
  EXPECT_EQ(limit.wait("a"), seconds(30)) << "all six must have left the minute";
  limit.set_per_minute_max(0);
  EXPECT_TRUE(limit.take("a"));
  EXPECT_EQ(limit.wait("a"), Duration::zero());
}

TEST_F(RateLimitTest, ForgetsClientsThatAreGone) {
  RateLimit limit(1, clock);
  for (int i = 0; i < 20'000; ++i) EXPECT_TRUE(limit.take(std::to_string(i)));
  clock.advance(seconds(60) + milliseconds(1));
  for (int i = 0; i < 20'000; ++i) EXPECT_TRUE(limit.take(std::to_string(i)));
}

}  // namespace
}  // namespace chela::gateway
