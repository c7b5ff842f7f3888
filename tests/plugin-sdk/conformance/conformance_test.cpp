#include "plugin-sdk/conformance/conformance.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <fmt/format.h>

#include "chela/abi.h"
#include "tests/leaks.hpp"
#include "tests/plugin-sdk/conformance/kit.hpp"

namespace chela::conformance {
namespace {

namespace fs = std::filesystem;

TEST(Conformance, PassesThePluginsWithoutAFault) {
  for (const auto& [id, tried] :
       {std::pair("sound", "tool_completes_once"),
        {"provider-sound", "completion_completes_once"},
        {"kinds-sound", "receipts_may_come_late"}}) {
    int code = 2;
    const auto outcomes = check(bad_plugin(id), code);
    EXPECT_EQ(code, 0);
    for (const auto& [name, outcome] : outcomes) EXPECT_FALSE(is_bad(outcome)) << name << ": " << outcome;
    EXPECT_EQ(outcomes.at(tried), "pass");
  }
}

// Speed is a warning, for machines differ; nothing else may be one.
bool is_good(const std::string& name, const std::string& outcome) {
  const bool timed = name == "loads" || name == "returns_at_once";
  return outcome.starts_with("pass") || outcome.starts_with("skip") || (timed && outcome.starts_with("warn"));
}

// Every plugin that is part of the build, as it is installed.
TEST(Conformance, PassesTheBundledPlugins) {
  std::size_t checked = 0;
  for (const auto& entry : fs::directory_iterator(build_dir() / "lib/plugins")) {
    const std::string id = entry.path().filename().string();
    int code = 2;
    for (const auto& [name, outcome] : check(entry.path() / (id + ".so"), code)) {
      EXPECT_TRUE(is_good(name, outcome)) << id << ": " << name << ": " << outcome;
    }
    EXPECT_EQ(code, 0) << id;
    ++checked;
  }
  EXPECT_GE(checked, 1u);
}

TEST(Conformance, ACrashAndAHangAreOutcomes) {
  int code = 0;
  EXPECT_TRUE(check(bad_plugin("crashes-in-start"), code)["starts_and_stops"].starts_with("crash: "));
  EXPECT_EQ(check(bad_plugin("hangs-in-start"), code, kDeadlineMs)["starts_and_stops"],
            fmt::format("hang: no end within {} ms", kDeadlineMs));
}

// The kept plugin of each released ABI version, which uses all of it: today's lacks nothing.
TEST(Conformance, PassesTheKeptPlugins) {
  const std::string today = fmt::format("{}.{}", CHELA_ABI_MAJOR, CHELA_ABI_MINOR);
  std::size_t checked = 0;
  for (const auto& entry : fs::directory_iterator(source_dir() / "plugin-sdk/abi-history")) {
    if (!entry.is_directory()) continue;
    int code = 2;
    for (const auto& [name, outcome] : check(entry.path() / "plugin" / (std::string(CHELA_MACHINE) + ".so"), code))
      EXPECT_TRUE(is_good(name, outcome) && (!outcome.starts_with("skip") || entry.path().filename() != today))
          << entry.path() << ": " << name << outcome;
    EXPECT_EQ(code, 0) << entry.path();
    ++checked;
  }
  EXPECT_GE(checked, 1u);
}

TEST(Conformance, RepeatsARunFromItsSeed) {
  Options options = options_for(bad_plugin("sound"), "survives_");
  options.json = true;
  int code = 2;
  const auto first = nlohmann::json::parse(run_to_text(options, code), nullptr, false);
  ASSERT_TRUE(first.is_object());
  options.seed = first["seed"];
  const auto again = nlohmann::json::parse(run_to_text(options, code), nullptr, false);
  EXPECT_NE(options.seed, 0u);
  EXPECT_EQ(again["seed"], first["seed"]);
  ASSERT_EQ(again["cases"].size(), first["cases"].size());
}

TEST(Conformance, SaysWhyItCannotRun) {
  int code = 0;
  EXPECT_NE(run_to_text(options_for("/nonexistent/x.so"), code).find("no such file"), std::string::npos);
  EXPECT_EQ(code, 2);
  EXPECT_NE(run_to_text(options_for(bad_plugin("sound"), "no-such-case"), code).find("no case"), std::string::npos);
  EXPECT_EQ(code, 2);
}

TEST(Conformance, RunsInProcessAndFiltered) {
  CHELA_LEAKS_ALLOWED;  // a host that was lent to a plugin is never taken away
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
  EXPECT_GE(seen.size(), 40u);
}

}  // namespace
}  // namespace chela::conformance
