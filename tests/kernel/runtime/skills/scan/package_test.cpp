#include "kernel/runtime/skills/scan/package.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string reason_of(const Package& package, std::string_view path) {
  for (const auto& left : package.unsearched) {
    if (left.path == path) return left.reason;
  }
  return "";
}

TEST(ReadPackage, TakesFilesInTheOrderOfTheirNames) {
  TemporaryDirectory folder;
  write(folder / "scripts/b.sh", "b");
  write(folder / "SKILL.md", "a");
  write(folder / "scripts/.hidden", "c");
  auto package = read_package(folder.path());
  ASSERT_TRUE(package) << package.error().message;
  ASSERT_EQ(package->files.size(), 3U);
  EXPECT_EQ(package->files[0].path, "SKILL.md");
  EXPECT_EQ(package->files[1].path, "scripts/.hidden");
  EXPECT_EQ(package->files[2].bytes, "b");
}

TEST(ReadPackage, NamesAndDoesNotFollowLinks) {
  TemporaryDirectory outside;
  write(outside / "secret", "s");
  TemporaryDirectory folder;
  fs::create_symlink(outside / "secret", folder / "file");
  fs::create_directory_symlink(outside.path(), folder / "below");
  auto package = read_package(folder.path());
  ASSERT_TRUE(package);
  EXPECT_TRUE(package->files.empty());
  EXPECT_EQ(reason_of(*package, "file"), "a link, which is not followed");
  EXPECT_EQ(reason_of(*package, "below"), "a link, which is not followed");
}

TEST(ReadPackage, NamesWhatIsTooLargeOrNotEntered) {
  TemporaryDirectory folder;
  write(folder / "large", std::string(kFileBytesMax + 1, 'x'));
  write(folder / ".git/config", "x");
  write(folder / "node_modules/a/index.js", "x");
  auto package = read_package(folder.path());
  ASSERT_TRUE(package);
  EXPECT_TRUE(package->files.empty());
  EXPECT_NE(reason_of(*package, "large"), "");
  EXPECT_EQ(reason_of(*package, ".git"), "not entered");
  EXPECT_EQ(reason_of(*package, "node_modules"), "not entered");
}

TEST(ReadPackage, SaysWhenThereIsNoFolder) {
  TemporaryDirectory folder;
  auto package = read_package(folder / "nowhere");
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::runtime::skills::scan
