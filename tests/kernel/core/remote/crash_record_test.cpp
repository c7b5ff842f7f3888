#include "kernel/core/remote/crash_record.hpp"

#include <gtest/gtest.h>

namespace chela::remote {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kStart{};

TEST(CrashRecordTest, WaitsTwiceAsLongAfterEachCrash) {
  CrashRecord record;
  auto now = kStart + minutes(60);
  Duration expected = milliseconds(200);
  for (int crash = 0; crash < 12; ++crash) {
    record.crashed(now - seconds(1), now);
    EXPECT_EQ(record.may_start_at() - now, expected);
    expected = std::min<Duration>(expected * 2, seconds(30));
    now += minutes(4);
  }
  EXPECT_FALSE(record.quarantined());
  EXPECT_EQ(record.crashes(), 12u);
}

TEST(CrashRecordTest, ForgetsAfterAWhileOfHealth) {
  CrashRecord record;
  record.crashed(kStart, kStart + seconds(1));
  record.crashed(kStart + seconds(2), kStart + minutes(6));
  EXPECT_EQ(record.may_start_at(), kStart + minutes(6) + milliseconds(200));
}

TEST(CrashRecordTest, ThreeInFiveMinutesAreTooMany) {
  CrashRecord record;
  for (auto at : {minutes(0), minutes(3), minutes(6), minutes(9)}) record.crashed(kStart, kStart + at);
  EXPECT_FALSE(record.quarantined());
  record.crashed(kStart, kStart + minutes(10));
  EXPECT_TRUE(record.quarantined());
  record.crashed(kStart, kStart + minutes(60));
  EXPECT_TRUE(record.quarantined()) << "time does not end it";
}

TEST(CrashRecordTest, TheOperatorForgives) {
  CrashRecord record;
  for (int crash = 0; crash < 3; ++crash) record.crashed(kStart, kStart + seconds(crash));
  record.forgive();
  EXPECT_FALSE(record.quarantined());
  EXPECT_LE(record.may_start_at(), kStart);
  EXPECT_EQ(record.crashes(), 3u);
  record.crashed(kStart, kStart + seconds(9));
  EXPECT_FALSE(record.quarantined());
}

}  // namespace
}  // namespace chela::remote
