#include "kernel/core/cage/foreground.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/temporary_directory.hpp"

namespace chela::cage {
namespace {

class ForegroundTest : public ::testing::Test {
 protected:
  // A shell without a cage; "$OUT" is a file that written() reads.
  Result<ForegroundExit> run(std::string script, std::string document = {}) {
    ForegroundRequest request{.command = {"/bin/sh", "-c", std::move(script)}, .document = std::move(document)};
    request.policy.level = Level::none;
    request.policy.environment = {{"PATH", "/usr/bin:/bin"}, {"OUT", (directory.path() / "out").string()}};
    return run_in_foreground(std::move(request));
  }
  std::string written() const {
    std::ifstream file(directory.path() / "out", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  TemporaryDirectory directory;
};

TEST_F(ForegroundTest, HandsTheExitCodeThrough) {
  auto ended = run("exit 7");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 7);
  EXPECT_EQ(ended->reason, "");
}

TEST_F(ForegroundTest, TheDocumentIsOnDescriptorThree) {
  const std::string document(300'000, 'd');
  auto ended = run("cat <&3 >\"$OUT\"", document);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 0);
  EXPECT_EQ(written(), document);
}

TEST_F(ForegroundTest, SignalsGoToTheProgram) {
  auto caught = run("trap 'echo caught >\"$OUT\"; exit 5' INT; kill -INT $PPID; sleep 60 & wait");
  ASSERT_TRUE(caught) << caught.error().message;
  EXPECT_EQ(caught->exit_code, 5);
  EXPECT_EQ(written(), "caught\n");
}

TEST_F(ForegroundTest, WhatASignalEndsHasTheCodeThatAShellSays) {
  auto ended = run("kill -TERM $$");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 143);
}

TEST_F(ForegroundTest, WhatIgnoresThemIsEndedByTheThird) {
  auto ended = run("trap '' INT TERM HUP; kill -INT $PPID; kill -TERM $PPID; kill -HUP $PPID; exec sleep 60");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 137);
}

TEST_F(ForegroundTest, WhatItLeavesBehindGoesWithIt) {
  auto ended = run("sleep 60 & echo $! >\"$OUT\"");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->exit_code, 0);
  const auto left = static_cast<pid_t>(std::stol(written()));
  auto is_alive = [&] {
    std::ifstream status("/proc/" + std::to_string(left) + "/stat");
    std::string line{std::istreambuf_iterator<char>(status), {}};
    return !line.empty() && line.find(") Z ") == std::string::npos;
  };
  for (auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20); is_alive();) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  }
}

TEST_F(ForegroundTest, AProgramThatIsNotThereIsAnError) {
  ForegroundRequest request{.command = {"/no/such/program"}, .document = {}};
  request.policy.level = Level::none;
  auto ended = run_in_foreground(std::move(request));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::cage
