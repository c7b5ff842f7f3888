#include "kernel/runtime/turn/retry.hpp"

#include <gtest/gtest.h>

namespace chela::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

CompletionFailure failure(ErrorCode code, Duration retry_after = {}) { return {Error{code, "no"}, retry_after, {}}; }

TEST(Retry, OnlyWhatMayPassIsAskedAgain) {
  for (auto code : {ErrorCode::unavailable, ErrorCode::exhausted}) EXPECT_TRUE(pause_before_retry(failure(code), 1, 0));
  for (auto code : {ErrorCode::invalid_argument, ErrorCode::unauthenticated, ErrorCode::denied, ErrorCode::not_found,
                    ErrorCode::cancelled, ErrorCode::timed_out, ErrorCode::too_large, ErrorCode::protocol}) {
    EXPECT_FALSE(pause_before_retry(failure(code), 1, 0)) << name_of(code);
  }
}

TEST(Retry, PausesGrowAndEnd) {
  auto unavailable = failure(ErrorCode::unavailable);
  EXPECT_EQ(pause_before_retry(unavailable, 1, 0), milliseconds(400));
  EXPECT_EQ(pause_before_retry(unavailable, 1, 0.5), milliseconds(600));
  EXPECT_EQ(pause_before_retry(unavailable, 2, 0), milliseconds(800));
  EXPECT_EQ(pause_before_retry(unavailable, 3, 0), std::nullopt);
}

TEST(Retry, TheServiceMayAskForMoreTimeWithinReason) {
  EXPECT_EQ(pause_before_retry(failure(ErrorCode::exhausted, seconds(7)), 1, 0), seconds(7));
  EXPECT_EQ(pause_before_retry(failure(ErrorCode::exhausted, milliseconds(1)), 1, 0), milliseconds(400));
  EXPECT_EQ(pause_before_retry(failure(ErrorCode::exhausted, seconds(61)), 1, 0), std::nullopt);
}

TEST(Retry, NothingIsSaidTwice) {
  auto broken = failure(ErrorCode::unavailable);
  broken.partial.text = "Herons";
  EXPECT_FALSE(pause_before_retry(broken, 1, 0));
  broken.partial = {.tool_calls = {{.id = "1", .name = "write", .arguments = {}}}};
  EXPECT_FALSE(pause_before_retry(broken, 1, 0));
}

}  // namespace
}  // namespace chela::runtime
