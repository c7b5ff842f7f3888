#include "kernel/core/platform/program_path.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

namespace fs = std::filesystem;

class ProgramPath : public testing::Test {
 protected:
  fs::path write(const fs::path& file, bool executable = true) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/sh\n";
    fs::permissions(file, executable ? fs::perms::owner_all : fs::perms::owner_read);
    return file;
  }

  TemporaryDirectory place_;
  std::string path_ = (place_ / "a").string() + "::" + (place_ / "b").string();
};

TEST_F(ProgramPath, TakesTheFirstThatMayBeExecuted) {
  auto second = write(place_ / "b" / "tool");
  EXPECT_EQ(find_program("tool", path_), second);
  write(place_ / "a" / "tool", false);
  EXPECT_EQ(find_program("tool", path_), second);
  fs::remove(place_ / "a" / "tool");
  auto first = write(place_ / "a" / "tool");
  EXPECT_EQ(find_program("tool", path_), first);
}

TEST_F(ProgramPath, DirectoriesAreNoPrograms) {
  fs::create_directories(place_ / "a" / "tool");
  EXPECT_TRUE(find_program("tool", path_).empty());
  EXPECT_TRUE(find_program("", path_).empty());
}

TEST_F(ProgramPath, EmptyPathsHoldNothing) {
  EXPECT_TRUE(find_program("sh", "").empty());
  EXPECT_TRUE(find_program("sh", ":::").empty());
}

}  // namespace
}  // namespace chela::platform
