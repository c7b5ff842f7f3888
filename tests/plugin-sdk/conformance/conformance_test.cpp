#include "plugin-sdk/conformance/conformance.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/paths.hpp"

namespace chela::conformance {
namespace {

namespace fs = std::filesystem;

std::string run_to_text(const Options& options, int& code) {
  std::FILE* out = std::tmpfile();
  code = run(options, out);
  std::string text(static_cast<std::size_t>(std::ftell(out)), '\0');
  std::rewind(out);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), out), text.size());
  std::fclose(out);
  return text;
}

// The outcome of each case: "pass", "fail: text", …
std::map<std::string, std::string> check(const fs::path& library, int& code) {
  Options options;
  options.library = library.string();
  options.json = true;
  options.seed = 1;
  options.deadline_ms = 1500;
  const auto report = nlohmann::json::parse(run_to_text(options, code), nullptr, false);
  std::map<std::string, std::string> outcomes;
  if (!report.is_object()) return outcomes;
  for (const auto& c : report["cases"]) {
    const auto text = c["text"].get<std::string>();
    outcomes[c["name"]] = c["outcome"].get<std::string>() + (text.empty() ? "" : ": " + text);
  }
  return outcomes;
}

fs::path bad_plugin(const std::string& id) {
  return build_dir() / "lib/bad-plugins" / id / (id + ".so");
}

bool is_bad(const std::string& outcome) {
  return outcome.starts_with("fail") || outcome.starts_with("crash") || outcome.starts_with("hang");
}

Options options_for(const fs::path& library, const std::string& filter = "") {
  Options options;
  options.library = library.string();
  options.filter = filter;
  return options;
}

struct BadPlugin {
  std::string id;
  std::set<std::string> fails;
};

void PrintTo(const BadPlugin& plugin, std::ostream* out) {
  *out << plugin.id;
}

bool is_sound(const fs::path& source) {
  return source.stem() == "sound" || source.stem() == "provider_sound";
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
  const auto outcomes = check(bad_plugin(GetParam().id), code);
  EXPECT_EQ(code, 1);
  ASSERT_FALSE(GetParam().fails.empty());
  for (const std::string& name : GetParam().fails) EXPECT_EQ(outcomes.count(name), 1u) << name << " is no case";
  for (const auto& [name, outcome] : outcomes) {
    EXPECT_EQ(is_bad(outcome), GetParam().fails.count(name) == 1) << name << ": " << outcome;
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadPlugins, ::testing::ValuesIn(bad_plugins()), [](const auto& param) {
  std::string name = param.param.id;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(Conformance, PassesThePluginsWithoutAFault) {
  for (const auto& [id, tried] :
       {std::pair("sound", "tool_completes_once"), {"provider-sound", "completion_completes_once"}}) {
    int code = 2;
    const auto outcomes = check(bad_plugin(id), code);
    EXPECT_EQ(code, 0);
    for (const auto& [name, outcome] : outcomes) EXPECT_FALSE(is_bad(outcome)) << name << ": " << outcome;
    EXPECT_EQ(outcomes.at(tried), "pass");
  }
}

// Every plugin that is part of the build, as it is installed.
TEST(Conformance, PassesTheBundledPlugins) {
  std::size_t checked = 0;
  for (const auto& entry : fs::directory_iterator(build_dir() / "lib/plugins")) {
    const std::string id = entry.path().filename().string();
    int code = 2;
    for (const auto& [name, outcome] : check(entry.path() / (id + ".so"), code)) {
      EXPECT_TRUE(outcome.starts_with("pass") || outcome.starts_with("skip")) << id << ": " << name << ": " << outcome;
    }
    EXPECT_EQ(code, 0) << id;
    ++checked;
  }
  EXPECT_GE(checked, 1u);
}

TEST(Conformance, EveryBadPluginSaysWhichCasesFailIt) {
  std::size_t sources = 0;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/bad-plugins")) {
    const auto extension = entry.path().extension();
    sources += (extension == ".c" || extension == ".cpp") && !is_sound(entry.path()) ? 1 : 0;
  }
  EXPECT_EQ(bad_plugins().size(), sources);
}

TEST(Conformance, ACrashAndAHangAreOutcomes) {
  int code = 0;
  EXPECT_TRUE(check(bad_plugin("crashes-in-start"), code)["starts_and_stops"].starts_with("crash: "));
  EXPECT_EQ(check(bad_plugin("hangs-in-start"), code)["starts_and_stops"], "hang: no end within 1500 ms");
}

TEST(Conformance, SaysWhyItCannotRun) {
  int code = 0;
  EXPECT_NE(run_to_text(options_for("/nonexistent/x.so"), code).find("no such file"), std::string::npos);
  EXPECT_EQ(code, 2);
  EXPECT_NE(run_to_text(options_for(bad_plugin("sound"), "nothing"), code).find("no case"), std::string::npos);
  EXPECT_EQ(code, 2);
}

TEST(Conformance, RunsInProcessAndFiltered) {
  int code = 2;
  Options options = options_for(bad_plugin("sound"), "tool");
  options.in_process = true;
  const std::string text = run_to_text(options, code);
  EXPECT_EQ(code, 0) << text;
  EXPECT_NE(text.find("tool_completes_once"), std::string::npos);
  EXPECT_EQ(text.find("exports_one_symbol"), std::string::npos);
}

TEST(Conformance, EveryCaseHasANameOfItsOwnAndASentence) {
  std::map<std::string, int> seen;
  for (const CaseName& c : case_names()) {
    EXPECT_EQ(seen[c.name]++, 0) << c.name;
    EXPECT_FALSE(c.sentence.empty());
  }
  EXPECT_GE(seen.size(), 10u);
}

}  // namespace
}  // namespace chela::conformance
