#include "kernel/core/packages/package.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

bool has(const PackageInfo& info, std::string_view code) {
  return std::ranges::any_of(info.problems, [&](const PackageProblem& problem) { return problem.code == code; });
}

constexpr std::string_view kUpstream = R"json5({
  // as they are written in the wild
  id: "tavily", configSchema: {type: "object", properties: {}},
  contracts: {tools: ["tavily_search"], webSearchProviders: ["tavily"]}, skills: ["skills/tavily"],
})json5";
constexpr std::string_view kPackage = R"({"name": "@maker/openclaw-tavily", "version": "0.2.1", "description": "Search",
  "openclaw": {"extensions": ["./index.ts"], "runtimeExtensions": ["./dist/index.js"],
               "compat": {"pluginApi": ">=2026.3.1"}},
  "scripts": {"postinstall": "node evil.js"},
  "dependencies": {"jiti": "^2.0.0", "bundled": "1.0.0"}})";

TEST(Package, ReadsOursAndSaysWhatItAsksFor) {
  TemporaryDirectory place;
  write_text(place / "chela.plugin.json", R"({"id":"weather","version":"1.0.0","abi":"1.0","provides":[],
    "permissions":{"network":["api.example.com:443"],"secrets":["WEATHER_KEY"],"exec":["curl"]}})");
  auto info = read_package(place.path());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->permissions,
            (std::vector<std::string>{"exec curl", "network api.example.com:443", "secret WEATHER_KEY"}));
  EXPECT_EQ(info->compatibility, "ABI 1.0");
  EXPECT_TRUE(has(*info, "entry_not_found")) << "the library is missing";
  write_text(place / "weather.so", "no library at all");
  EXPECT_TRUE(has(*read_package(place.path()), "load_failed"));
}

TEST(Package, ReadsUpstreams) {
  TemporaryDirectory place;
  write_text(place / "openclaw.plugin.json", kUpstream);
  write_text(place / "package.json", kPackage);
  write_text(place / "dist/index.js", "");
  write_text(place / "node_modules/bundled/index.js", "");
  auto info = read_package(place.path());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->kind, PackageKind::node);
  EXPECT_EQ(info->id, "tavily");
  EXPECT_EQ(info->version, "0.2.1");
  EXPECT_EQ(info->entries, std::vector<std::string>{"./dist/index.js"});
  EXPECT_EQ(info->capabilities,
            (std::vector<std::string>{"skill/skills/tavily", "tool/tavily_search", "webSearchProviders/tavily"}));
  ASSERT_EQ(info->dependencies.size(), 1u);
  EXPECT_EQ(info->dependencies[0].name, "jiti");
  EXPECT_EQ(info->scripts, std::vector<std::string>{"postinstall"});
  EXPECT_FALSE(info->has_errors());
}

TEST(Package, ReportsWhatStopsUpstreams) {
  struct Row {
    std::string_view manifest, package, code;
  };
  const Row rows[] = {
      {R"({"id":"x"})", R"({"openclaw":{"extensions":["./i.js"]}})", "invalid_manifest"},
      {R"({"configSchema":{}})", R"({"name":"x","openclaw":{"extensions":["./i.js"]}})", "invalid_manifest"},
      {R"({"id":"x","configSchema":{}})", R"({"openclaw":{"extensions":["./no.js"]}})", "entry_not_found"},
      {R"({"id":"x","configSchema":{}})", R"({"openclaw":{"extensions":["../../etc/passwd"]}})", "entry_outside_root"},
      {R"({"id":"x","configSchema":{}})", R"({"openclaw":{"extensions":["/etc/passwd"]}})", "entry_outside_root"},
      {R"({"id":"x","configSchema":{}})",
       R"({"openclaw":{"extensions":["./i.js"],"install":{"minHostVersion":"2030.1.1"}}})", "host_version_too_old"},
      {R"({"id":"x","configSchema":{}})", R"({"openclaw":{"extensions":["./i.js"],"compat":{"pluginApi":"2030.1"}}})",
       "plugin_api_version_mismatch"},
      {R"({"id":"x","configSchema":{}})", "{broken", "invalid_package_json"},
  };
  for (const auto& row : rows) {
    TemporaryDirectory place;
    write_text(place / "openclaw.plugin.json", row.manifest);
    write_text(place / "package.json", row.package);
    write_text(place / "i.js", "");
    auto info = read_package(place.path());
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_TRUE(has(*info, row.code)) << row.package;
    EXPECT_TRUE(info->has_errors());
  }
}

TEST(Package, HasAnEntryWhereTheHostProcessFindsIt) {
  struct Row {
    std::string_view entry, file;
    bool found;
  };
  const Row rows[] = {{"./index.ts", "dist/index.js", true},        {"./src/index.ts", "dist/index.mjs", true},
                      {"./src/index.ts", "dist/src/index.js", true}, {"./a/index.mts", "a/index.mjs", true},
                      {"./dist/index.js", "src/index.ts", true},     {"dist/src/index.mjs", "index.mts", true},
                      {"./lib/index.js", "src/index.ts", false},     {"./index.ts", "lib/index.js", false}};
  for (const auto& row : rows) {
    TemporaryDirectory place;
    write_text(place / "openclaw.plugin.json", R"({"id":"x","configSchema":{}})");
    write_text(place / "package.json", fmt::format(R"({{"openclaw":{{"extensions":["{}"]}}}})", row.entry));
    write_text(place / row.file, "");
    EXPECT_EQ(has(*read_package(place.path()), "entry_not_found"), !row.found) << row.entry << " " << row.file;
  }
}

TEST(Package, ThatHasNoManifestIsNamedByItsPackage) {
  TemporaryDirectory place;
  EXPECT_FALSE(read_package(place.path()));
  write_text(place / "package.json",
             R"({"name":"@maker/old-plugin","version":"1.0.0","openclaw":{"extensions":["./i.js"]}})");
  write_text(place / "i.js", "");
  auto info = read_package(place.path());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->id, "old-plugin");
  EXPECT_FALSE(info->has_errors());
}

TEST(Package, IdsAreNamesOfFolders) {
  for (const char* id : {"a", "weather", "openclaw-weixin", "My_Plugin", "a.b", "0x"})
    EXPECT_TRUE(is_safe_id(id)) << id;
  for (std::string id : {"", ".", "..", "a/b", "/a", "-a", ".a", "a..b", "a.", "CON", "con.txt", "nul", "a\\b", "a b",
                         "caf\u00e9", "a\nb", "node_modules", "a.disabled", "~a"})
    EXPECT_FALSE(is_safe_id(id)) << id;
  EXPECT_FALSE(is_safe_id(std::string(65, 'a')));
  EXPECT_FALSE(is_safe_id(std::string("a\0b", 3)));
  TemporaryDirectory place;
  write_text(place / "openclaw.plugin.json", R"({"id":"../../evil","configSchema":{}})");
  EXPECT_FALSE(read_package(place.path()));
}

}  // namespace
}  // namespace chela::packages
