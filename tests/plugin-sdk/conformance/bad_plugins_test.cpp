// Every plugin of tests/bad-plugins is failed by the cases that its first line names, and by no others.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include "tests/plugin-sdk/conformance/kit.hpp"

namespace chela::conformance {
namespace {

namespace fs = std::filesystem;

struct BadPlugin {
  std::string id;
  std::set<std::string> fails;
};

void PrintTo(const BadPlugin& plugin, std::ostream* out) {
  *out << plugin.id;
}

bool is_sound(const fs::path& source) {
  return source.stem() == "sound" || source.stem().string().ends_with("_sound");
}

std::vector<BadPlugin> bad_plugins() {
  std::vector<BadPlugin> out;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/bad-plugins")) {
    const auto extension = entry.path().extension();
    if ((extension != ".c" && extension != ".cpp") || is_sound(entry.path())) continue;
    std::ifstream in(entry.path());
    std::string line;
    std::getline(in, line);
    std::string id = entry.path().stem().string();
    for (char& c : id) c = c == '_' ? '-' : c;
    std::istringstream words(line);
    std::string slashes, fails;
    words >> slashes >> fails;
    if (fails != "fails:") continue;
    out.push_back({id, {std::istream_iterator<std::string>(words), {}}});
  }
  return out;
}

class BadPlugins : public ::testing::TestWithParam<BadPlugin> {};

TEST_P(BadPlugins, AreFailedByTheCaseThatNamesTheirDefect) {
  int code = 0;
  const auto outcomes = check(bad_plugin(GetParam().id), code, kDeadlineMs);
  EXPECT_EQ(code, 1);
  ASSERT_FALSE(GetParam().fails.empty());
  for (const std::string& name : GetParam().fails) EXPECT_EQ(outcomes.count(name), 1u) << name << " is no case";
  for (const auto& [name, outcome] : outcomes) {
    // A sanitizer ends the process at the first touch of dead memory, in cases that it passes otherwise, too.
    if (kSanitized && outcome.ends_with("ABORTING")) continue;
    EXPECT_EQ(is_bad(outcome), GetParam().fails.count(name) == 1) << name << ": " << outcome;
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadPlugins, ::testing::ValuesIn(bad_plugins()), [](const auto& param) {
  std::string name = param.param.id;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(BadPluginSources, EveryBadPluginSaysWhichCasesFailIt) {
  std::size_t sources = 0;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/bad-plugins")) {
    const auto extension = entry.path().extension();
    sources += (extension == ".c" || extension == ".cpp") && !is_sound(entry.path()) ? 1 : 0;
  }
  EXPECT_EQ(bad_plugins().size(), sources);
}

// A case that was never seen to fail proves nothing.
TEST(BadPluginSources, FailEveryCase) {
  std::set<std::string> failed;
  for (const BadPlugin& plugin : bad_plugins()) failed.insert(plugin.fails.begin(), plugin.fails.end());
  for (const CaseName& c : case_names()) EXPECT_EQ(failed.count(c.name), 1u) << "no bad plugin for " << c.name;
}

}  // namespace
}  // namespace chela::conformance
