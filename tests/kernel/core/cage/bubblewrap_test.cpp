#include "kernel/core/cage/bubblewrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "tests/run_until.hpp"

namespace chela::cage {
namespace {

using testing::Contains;
using testing::Not;

std::vector<std::string> arguments(const CagePolicy& policy) {
  return bubblewrap_arguments("/usr/bin/bwrap", policy, {.filter = 4, .passwd = 5}, {"/bin/tool", "--flag"});
}

// Where the words stand in a row.
std::ptrdiff_t place_of(const std::vector<std::string>& list, const std::vector<std::string>& words) {
  auto found = std::ranges::search(list, words);
  return found.empty() ? -1 : found.begin() - list.begin();
}

TEST(BubblewrapTest, TakesEverythingAway) {
  auto list = arguments({});
  for (const char* word : {"--unshare-all", "--die-with-parent", "--new-session"}) EXPECT_THAT(list, Contains(word));
  EXPECT_GE(place_of(list, {"--cap-drop", "ALL"}), 0);
  EXPECT_GE(place_of(list, {"--seccomp", "4", "--", "/bin/tool", "--flag"}), 0);
  EXPECT_GE(place_of(list, {"--remount-ro", "/"}), 0);
  EXPECT_GE(place_of(list, {"--ro-bind-try", "/proc/sys", "/proc/sys"}), 0);
  EXPECT_THAT(list, Not(Contains("--share-net")));
  EXPECT_THAT(list, Not(Contains("/etc/resolv.conf")));
  EXPECT_THAT(list, Not(Contains("--setenv"))) << "command lines can be read by everyone";
}

TEST(BubblewrapTest, NetworkComesWithItsSettings) {
  CagePolicy policy;
  policy.network = Network::host;
  auto list = arguments(policy);
  EXPECT_THAT(list, Contains("--share-net"));
  EXPECT_THAT(list, Contains("/etc/resolv.conf"));
  EXPECT_THAT(list, Contains("/etc/ssl/certs"));
}

TEST(BubblewrapTest, InnerGrantsComeAfterOuterOnes) {
  CagePolicy policy;
  policy.read_only = {"/data/in/deep", "/data"};
  policy.read_write = {"/data/in", "/data-other"};
  auto list = arguments(policy);
  auto outer = place_of(list, {"--ro-bind", "/data", "/data"});
  auto inner = place_of(list, {"--bind", "/data/in", "/data/in"});
  auto deep = place_of(list, {"--ro-bind", "/data/in/deep", "/data/in/deep"});
  EXPECT_LT(0, outer);
  EXPECT_LT(outer, inner);
  EXPECT_LT(inner, deep);
  EXPECT_LT(place_of(list, {"--bind", "/data-other", "/data-other"}), place_of(list, {"--remount-ro", "/"}));
}

TEST(BubblewrapTest, EnvironmentHasDefaults) {
  CagePolicy policy;
  policy.environment = {{"PATH", "/opt/bin"}, {"LANG", "C"}};
  platform::Environment expected = {{"PATH", "/opt/bin"}, {"HOME", "/tmp/home"}, {"TMPDIR", "/tmp"}, {"LANG", "C"}};
  EXPECT_EQ(environment_inside(policy), expected);
}

Task<Result<void>> ask(Loop& loop, std::optional<Result<void>>& answer) {
  auto trying = try_sandbox(loop);
  auto result = co_await std::move(trying);
  answer.emplace(std::move(result));
  co_return Result<void>{};
}

TEST(BubblewrapTest, WorksHere) {
  Loop loop;
  std::optional<Result<void>> answer;
  loop.spawn("ask", ask(loop, answer));
  run_until(loop, [&] { return answer.has_value(); });
  EXPECT_TRUE(*answer) << answer->error().message;
}

}  // namespace
}  // namespace chela::cage
