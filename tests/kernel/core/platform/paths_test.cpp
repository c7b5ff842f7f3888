#include "kernel/core/platform/paths.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

// Sets a variable for one test.
class WithVariable {
 public:
  WithVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~WithVariable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Paths, FindsTheProgram) {
  auto path = executable_path();
  ASSERT_TRUE(path);
  EXPECT_EQ(path->filename(), "core_platform_test");
}

TEST(Paths, HomeFollowsTheVariable) {
  WithVariable home("HOME", "/somewhere");
  EXPECT_EQ(home_directory(), "/somewhere");
}

TEST(Paths, RuntimeDirectoryIsTheSessionsOwnWhenItIsPrivate) {
  TemporaryDirectory directory;
  WithVariable session("XDG_RUNTIME_DIR", directory.path());
  EXPECT_EQ(runtime_directory(), directory.path());
}

TEST(Paths, RuntimeDirectoryIsMadeWhereTheSessionHasNone) {
  TemporaryDirectory directory;
  WithVariable temporary("TMPDIR", directory.path());
  ::chmod(directory.path().c_str(), 0755);
  WithVariable session("XDG_RUNTIME_DIR", directory.path());  // open to others: not used
  auto made = runtime_directory();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->parent_path(), directory.path());
  EXPECT_EQ(runtime_directory(), *made);
  ::chmod(made->c_str(), 0777);
  EXPECT_EQ(runtime_directory().error().code, ErrorCode::denied);
}

}  // namespace
}  // namespace chela::platform
