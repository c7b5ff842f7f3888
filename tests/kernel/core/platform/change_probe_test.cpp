#include "kernel/core/platform/change_probe.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const char* text) { std::ofstream(file) << text; }

TEST(ChangeProbe, SaysOnceThatAFileOfTheDirectoryCameChangedOrWent) {
  TemporaryDirectory folder;
  auto probe = ChangeProbe::open(folder.path());
  ASSERT_TRUE(probe) << probe.error().message;
  EXPECT_FALSE(probe->changed());

  struct Case {
    const char* name;
    void (*act)(const fs::path&);
  };
  const Case cases[] = {
      {"created", [](const fs::path& in) { write(in / "A.md", "one"); }},
      {"written again", [](const fs::path& in) { write(in / "A.md", "two"); }},
      {"replaced", [](const fs::path& in) { write(in / "B.md", "three"), fs::rename(in / "B.md", in / "A.md"); }},
      {"touched", [](const fs::path& in) { fs::last_write_time(in / "A.md", fs::file_time_type::clock::now()); }},
      {"removed", [](const fs::path& in) { fs::remove(in / "A.md"); }},
  };
  for (const auto& change : cases) {
    change.act(folder.path());
    EXPECT_TRUE(probe->changed()) << change.name;
    EXPECT_FALSE(probe->changed()) << change.name;
  }
}

TEST(ChangeProbe, CannotTellAnyMoreOnceTheDirectoryIsGone) {
  TemporaryDirectory folder;
  auto inner = folder.path() / "inner";
  fs::create_directory(inner);
  auto probe = ChangeProbe::open(inner);
  ASSERT_TRUE(probe);
  fs::remove(inner);
  EXPECT_TRUE(probe->changed());
  EXPECT_TRUE(probe->changed());
}

TEST(ChangeProbe, NeedsADirectory) {
  TemporaryDirectory folder;
  EXPECT_FALSE(ChangeProbe::open(folder.path() / "absent"));
  write(folder.path() / "file", "x");
  EXPECT_FALSE(ChangeProbe::open(folder.path() / "file"));
}

}  // namespace
}  // namespace chela::platform
