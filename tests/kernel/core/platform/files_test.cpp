#include "kernel/core/platform/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

namespace fs = std::filesystem;

std::uint32_t mode_of(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0);
  return info.st_mode & 07777;
}

std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(Files, WritesAndReadsBack) {
  TemporaryDirectory directory;
  std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(write_file_atomically(directory / "x", bytes));
  EXPECT_EQ(read_file(directory / "x", 4), bytes);
  EXPECT_EQ(mode_of(directory / "x"), 0600u);
  ASSERT_TRUE(write_file_atomically(directory / "x", "new", 0644));
  EXPECT_EQ(read_file(directory / "x", 100), "new");
  EXPECT_EQ(mode_of(directory / "x"), 0644u);
  EXPECT_EQ(entries_in(directory.path()), 1u);
}

TEST(Files, CapsWhatIsRead) {
  TemporaryDirectory directory;
  ASSERT_TRUE(write_file_atomically(directory / "x", "12345"));
  auto read = read_file(directory / "x", 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::too_large);
  EXPECT_TRUE(read_file(directory / "x", 5));
  EXPECT_TRUE(read_file("/proc/self/status", 1 << 20)) << "a file that says it has no bytes";
  EXPECT_EQ(read_file("/proc/self/status", 10).error().code, ErrorCode::too_large);
}

TEST(Files, RefusesWhatIsNotAFile) {
  TemporaryDirectory directory;
  EXPECT_EQ(read_file(directory.path(), 10).error().code, ErrorCode::invalid_argument);
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(directory / "fifo", 10).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(read_file(directory / "absent", 10).error().code, ErrorCode::not_found);
}

TEST(Files, ALinkIsReplacedNotFollowed) {
  TemporaryDirectory directory;
  ASSERT_TRUE(write_file_atomically(directory / "target", "old"));
  fs::create_symlink("target", directory / "link");
  ASSERT_TRUE(write_file_atomically(directory / "link", "new"));
  EXPECT_EQ(read_file(directory / "target", 10), "old");
  EXPECT_EQ(read_file(directory / "link", 10), "new");
  EXPECT_FALSE(fs::is_symlink(directory / "link"));
}

TEST(Files, AFailedWriteLeavesNothingBehind) {
  TemporaryDirectory directory;
  fs::create_directory(directory / "taken");
  ASSERT_TRUE(write_file_atomically(directory / "taken/inside", "x"));
  EXPECT_FALSE(write_file_atomically(directory / "taken", "x"));
  EXPECT_FALSE(write_file_atomically(directory / "absent/x", "x"));
  EXPECT_EQ(entries_in(directory.path()), 1u);
}

TEST(Files, MakesPrivateDirectories) {
  TemporaryDirectory directory;
  ASSERT_TRUE(make_private_directory(directory / "a/b/c"));
  EXPECT_EQ(mode_of(directory / "a"), 0700u);
  EXPECT_EQ(mode_of(directory / "a/b/c"), 0700u);
  EXPECT_TRUE(make_private_directory(directory / "a/b/c"));
  ASSERT_TRUE(write_file_atomically(directory / "a/file", "x"));
  EXPECT_EQ(make_private_directory(directory / "a/file").error().code, ErrorCode::already_exists);
  EXPECT_FALSE(make_private_directory(directory / "a/file/below"));
}

TEST(Files, SyncsTheNamesOfWhatIsThere) {
  TemporaryDirectory directory;
  ASSERT_TRUE(make_private_directory(directory / "a/b"));
  fs::create_directory_symlink(directory / "a", directory / "link");
  EXPECT_TRUE(sync_names(directory / "a/b"));
  EXPECT_TRUE(sync_names(directory / "link/b"));
  EXPECT_EQ(sync_names(directory / "absent").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::platform
