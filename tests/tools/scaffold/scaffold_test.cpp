#include "tools/scaffold/scaffold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace chela::scaffold {
namespace {

using testing::HasSubstr;
using testing::Not;

class Scaffold : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "scaffold-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path root_;
};

TEST_F(Scaffold, WritesAPluginUnderItsOwnName) {
  for (const std::string& kind : kinds()) {
    auto files = write_plugin("my-weather", kind, root_ / kind);
    ASSERT_TRUE(files) << files.error().message;
    ASSERT_EQ(files->size(), 3u);
    std::string all;
    for (const auto& file : *files) all += read(file);
    EXPECT_THAT(all, Not(HasSubstr("greeter")));
    EXPECT_THAT(all, Not(HasSubstr("Greeter")));
    EXPECT_THAT(all, HasSubstr("CHELA_PLUGIN(MyWeather, \"my-weather\", \"0.1.0\")"));
    EXPECT_THAT(all, HasSubstr("chela_plugin(my-weather SOURCES my_weather.cpp"));
    EXPECT_THAT(all, HasSubstr("TARGET_FILE:chela_plugin_my_weather"));
    EXPECT_THAT(all, HasSubstr("\"id\": \"my-weather\""));
  }
}

TEST_F(Scaffold, StaysWithinThreeFilesAndEightyLines) {
  for (const std::string& kind : kinds()) {
    auto files = write_plugin("x1", kind, root_ / kind);
    ASSERT_TRUE(files);
    EXPECT_LE(files->size(), 3u);
    std::ptrdiff_t lines = 0;
    for (const auto& file : *files) {
      const std::string text = read(file);
      lines += std::count(text.begin(), text.end(), '\n');
    }
    EXPECT_LE(lines, 80);
  }
}

TEST_F(Scaffold, RefusesNamesThatNoManifestMayHave) {
  for (const char* id : {"", "a", "Weather", "1st", "a_b", "a--b", "-ab", "ab-", "a/b", "../ab"}) {
    EXPECT_FALSE(write_plugin(id, "tool", root_ / "bad")) << id;
  }
  EXPECT_FALSE(std::filesystem::exists(root_ / "bad"));
}

TEST_F(Scaffold, RefusesUnknownKindsAndFoldersInUse) {
  EXPECT_THAT(write_plugin("ab", "channel", root_ / "c").error().message, HasSubstr("use tool or provider"));
  ASSERT_TRUE(write_plugin("ab", "tool", root_ / "ab"));
  EXPECT_EQ(write_plugin("ab", "tool", root_ / "ab").error().code, ErrorCode::already_exists);
}

}  // namespace
}  // namespace chela::scaffold
