#include "kernel/core/store/state_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "tests/temporary_directory.hpp"

namespace chela::store {
namespace {

// A child that tries to take the lock, writes 'y' or 'n', and holds it until it is killed.
pid_t spawn_holder(const std::filesystem::path& file, int report) {
  pid_t child = fork();
  if (child != 0) return child;
  auto lock = StateLock::acquire(file);
  char answer = lock ? 'y' : 'n';
  if (write(report, &answer, 1) != 1) _exit(1);
  for (;;) pause();
}

void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(StateLock, TheSecondIsToldWhoHasIt) {
  TemporaryDirectory directory;
  auto file = directory.path() / "lock";
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  pid_t holder = spawn_holder(file, report[1]);
  char answer = 0;
  ASSERT_EQ(read(report[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  auto second = StateLock::acquire(file);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr(fmt::format("process {} on ", holder)));
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("CHELA_HOME"));

  end(holder);
  EXPECT_TRUE(StateLock::acquire(file)) << "the lock ends with its holder, however that ends";
  close(report[0]);
  close(report[1]);
}

TEST(StateLock, OneOfManyWins) {
  TemporaryDirectory directory;
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  for (int race = 0; race < 10; ++race) {
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) children.push_back(spawn_holder(directory.path() / "lock", report[1]));
    int winners = 0;
    for (std::size_t i = 0; i < children.size(); ++i) {
      char answer = 0;
      ASSERT_EQ(read(report[0], &answer, 1), 1);
      winners += answer == 'y' ? 1 : 0;
    }
    EXPECT_EQ(winners, 1);
    for (pid_t child : children) end(child);
  }
  close(report[0]);
  close(report[1]);
}

TEST(StateLock, IsLetGoByItsOwner) {
  TemporaryDirectory directory;
  auto file = directory.path() / "lock";
  {
    auto first = StateLock::acquire(file);
    ASSERT_TRUE(first);
    auto moved = std::move(*first);
    EXPECT_FALSE(StateLock::acquire(file));
  }
  EXPECT_TRUE(StateLock::acquire(file));
  EXPECT_FALSE(StateLock::acquire(directory.path() / "absent" / "lock"));
}

}  // namespace
}  // namespace chela::store
