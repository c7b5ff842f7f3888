#include "kernel/core/platform/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace chela::platform {
namespace {

TEST(Descriptors, TheLimitIsRaisedToWhatIsAllowed) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(descriptor_limit(), 100u);
  EXPECT_EQ(raise_descriptor_limit(), descriptor_limit());
  EXPECT_GT(descriptor_limit(), 100u);
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace chela::platform
