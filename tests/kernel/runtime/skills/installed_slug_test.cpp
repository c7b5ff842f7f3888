#include <gtest/gtest.h>

#include <fstream>

#include "kernel/runtime/skills/skill.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {
namespace {

namespace fs = std::filesystem;

class InstalledSlug : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string key() {
    auto loaded = load_skill(folder_.string(), Source::workspace);
    return loaded ? loaded->skill.key() : "(" + loaded.error().message + ")";
  }
  void SetUp() override { write("SKILL.md", "---\nname: Weather Report\ndescription: d\n---\n"); }

  TemporaryDirectory directory_;
  fs::path folder_ = directory_ / "skill";
};

TEST_F(InstalledSlug, IsTheKeyOfASkillWithoutOne) {
  EXPECT_EQ(key(), "Weather Report");
  write(".openclaw/source-origin.json", R"({"version":1,"slug":" weather "})");
  EXPECT_EQ(key(), "weather");
  write("SKILL.md", "---\nname: w\ndescription: d\nmetadata: {\"openclaw\":{\"skillKey\":\"mine\"}}\n---\n");
  EXPECT_EQ(key(), "mine");
}

TEST_F(InstalledSlug, CountsOnlyWhenItCanBeRead) {
  for (const char* text : {"", "{", "[]", "{\"slug\":7}", "{\"slug\":\"  \"}"}) {
    write(".openclaw/source-origin.json", text);
    EXPECT_EQ(key(), "Weather Report") << text;
  }
  write(".openclaw/source-origin.json", R"({"slug":"weather","x":")" + std::string(16 * 1024, 'x') + "\"}");
  EXPECT_EQ(key(), "Weather Report");
}

TEST_F(InstalledSlug, IsNotReadThroughALinkOutOfTheSkill) {
  fs::create_directories(directory_ / "elsewhere");
  std::ofstream(directory_ / "elsewhere/source-origin.json") << R"({"slug":"theirs"})";
  fs::create_directory_symlink(directory_ / "elsewhere", folder_ / ".openclaw");
  EXPECT_EQ(key(), "Weather Report");
}

}  // namespace
}  // namespace chela::runtime::skills
