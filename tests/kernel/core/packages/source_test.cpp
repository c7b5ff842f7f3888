#include "kernel/core/packages/source.hpp"

#include <gtest/gtest.h>

#include "kernel/core/packages/npm_install.hpp"
#include "kernel/core/packages/semver.hpp"
#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

TEST(Source, ReadsEverySpelling) {
  struct Row {
    const char* text;
    SourceKind kind;
    const char* spec;
  };
  const Row rows[] = {
      {"weather", SourceKind::npm, "npm:weather@latest"},
      {"weather@1.2.3", SourceKind::npm, "npm:weather@1.2.3"},
      {"npm:@scope/name", SourceKind::npm, "npm:@scope/name@latest"},
      {"npm:@scope/name@beta", SourceKind::npm, "npm:@scope/name@beta"},
      {"@scope/name@1.0.0-rc.1", SourceKind::npm, "npm:@scope/name@1.0.0-rc.1"},
      {"clawhub:weather@2.0.0", SourceKind::clawhub, "clawhub:weather@2.0.0"},
      {"git:github.com/owner/repo", SourceKind::git, "git:https://github.com/owner/repo"},
      {"git:github.com/owner/repo@v1.2", SourceKind::git, "git:https://github.com/owner/repo@v1.2"},
      {"git:ssh://git@example.com/owner/repo.git@main", SourceKind::git,
       "git:ssh://git@example.com/owner/repo.git@main"},
  };
  for (const auto& row : rows) {
    auto source = parse_source(row.text, "/");
    ASSERT_TRUE(source) << row.text << ": " << source.error().message;
    EXPECT_EQ(source->kind, row.kind) << row.text;
    EXPECT_EQ(source->spec, row.spec);
  }
}

TEST(Source, RefusesRangesUrlsAndTricks) {
  for (const char* text : {"",
                           "weather@^1.0.0",
                           "weather@>=1",
                           "weather@1.x",
                           "weather@*",
                           "weather@",
                           "weather@1 || 2",
                           "npm:weather@latest ",
                           "weather@git+https://x/y",
                           "weather@file:../x",
                           "npm:",
                           "npm:../x",
                           "npm:@scope",
                           "npm:@/x",
                           "npm:.hidden",
                           "npm:UPPER",
                           "npm:a/b",
                           "git:",
                           "git:host/only",
                           "git:github.com/a/b@--upload-pack=x",
                           "git:github.com/a/b@",
                           "git:http://example.com/a/b",
                           "git:ext::sh -c x",
                           "git:https://example.com/a b",
                           "git:github.com/a/b@..",
                           "clawhub:weather@>1",
                           "./no-such-folder",
                           "/no/such.tgz"}) {
    EXPECT_FALSE(parse_source(text, "/")) << text;
  }
}

TEST(Source, TakesFilesByTheirKind) {
  TemporaryDirectory place;
  write_text(place / "a.tgz", "x");
  write_text(place / "b.so", "x");
  write_text(place / "folder/chela.plugin.json", "{}");
  write_text(place / "c.txt", "x");
  EXPECT_EQ(parse_source("a.tgz", place.path())->kind, SourceKind::archive);
  EXPECT_EQ(parse_source("./b.so", place.path())->kind, SourceKind::library);
  auto folder = parse_source("./folder/", place.path());
  EXPECT_EQ(folder->kind, SourceKind::folder);
  EXPECT_EQ(folder->spec, (place / "folder").string());
  EXPECT_FALSE(parse_source("./c.txt", place.path()));
  EXPECT_EQ(parse_source("npm-pack:a.tgz", place.path())->kind, SourceKind::archive);
}

TEST(Semver, OrdersAsTheStandardSays) {
  const char* rising[] = {"0.0.1",      "0.1.0",        "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
                          "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
                          "1.0.1",      "2026.9.6"};
  for (std::size_t i = 0; i + 1 < std::size(rising); ++i) {
    EXPECT_TRUE(is_older(rising[i], rising[i + 1])) << rising[i];
    EXPECT_FALSE(is_older(rising[i + 1], rising[i])) << rising[i];
  }
  EXPECT_FALSE(is_older("1.0.0+a", "1.0.0+b"));
  for (const char* text : {"", "1", "1.0", "01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0", "1.0.0-a..b", "1.0.0+", "1.-1.0"})
    EXPECT_FALSE(parse_semver(text)) << text;
  EXPECT_TRUE(is_older("nightly", "1.0.0")) << "what cannot be compared is not newer";
}

TEST(Semver, ReadsFloors) {
  EXPECT_EQ(satisfies_floor("2026.9.6", ">=2026.3.1"), true);
  EXPECT_EQ(satisfies_floor("2026.9.6", "2027.1.0"), false);
  EXPECT_EQ(satisfies_floor("1.4.0", "^1.2"), true);
  EXPECT_EQ(satisfies_floor("1.4.0", "whatever"), std::nullopt);
}

TEST(NpmInstall, TakesRangesOfTheRegistryOnly) {
  for (const char* range :
       {"^1.2.3", "~1.0", "1.x", "*", "latest", ">=1.0.0 <2.0.0 || 3.x", "npm:other@^1.0.0", "npm:@s/x@1.0.0"})
    EXPECT_TRUE(is_registry_range(range)) << range;
  for (const char* range : {"git+ssh://x/y", "https://x/y.tgz", "file:../x", "owner/repo", "github:owner/repo",
                            "link:x", "workspace:*", "npm:../x@1", "./x"})
    EXPECT_FALSE(is_registry_range(range)) << range;
}

}  // namespace
}  // namespace chela::packages
