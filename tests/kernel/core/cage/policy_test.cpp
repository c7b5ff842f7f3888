#include "kernel/core/cage/policy.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/temporary_directory.hpp"

namespace chela::cage {
namespace {

TEST(CagePolicyTest, RefusesGrantsThatOpenTheSystemOrMayMove) {
  TemporaryDirectory directory;
  auto real = std::filesystem::canonical(directory.path());
  std::filesystem::create_directory(real / "inner");
  std::filesystem::create_directory_symlink("inner", real / "link");
  struct Row {
    std::filesystem::path path;
    ErrorCode code;
  };
  const Row rows[] = {{"relative", ErrorCode::invalid_argument},
                      {"", ErrorCode::invalid_argument},
                      {"/", ErrorCode::invalid_argument},
                      {"/proc", ErrorCode::invalid_argument},
                      {"/proc/sys", ErrorCode::invalid_argument},
                      {"/dev/shm", ErrorCode::invalid_argument},
                      {"/sys/kernel", ErrorCode::invalid_argument},
                      {real / "link", ErrorCode::invalid_argument},
                      {real / "inner/..", ErrorCode::invalid_argument},
                      {real / "absent", ErrorCode::not_found}};
  for (const Row& row : rows) {
    CagePolicy policy;
    policy.read_only = {row.path};
    auto checked = check(policy);
    ASSERT_FALSE(checked) << row.path;
    EXPECT_EQ(checked.error().code, row.code) << checked.error().message;
    policy.read_only.clear();
    policy.read_write = {row.path};
    EXPECT_FALSE(check(policy)) << row.path;
  }
  CagePolicy policy;
  policy.read_write = {real / "inner"};
  EXPECT_TRUE(check(policy));
}

TEST(CagePolicyTest, RefusesVariablesOfTheLoader) {
  for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GLIBC_TUNABLES"}) {
    CagePolicy policy;
    policy.environment = {{name, "x"}};
    EXPECT_FALSE(check(policy)) << name;
  }
  CagePolicy policy;
  policy.environment = {{"LANG", "C"}, {"OLD_NAME", "x"}};
  EXPECT_TRUE(check(policy));
}

TEST(CagePolicyTest, TemporaryFilesHaveALimit) {
  CagePolicy policy;
  policy.limits.temporary_bytes = 0;
  EXPECT_FALSE(check(policy));
  policy.level = Level::none;
  EXPECT_TRUE(check(policy));
}

}  // namespace
}  // namespace chela::cage
