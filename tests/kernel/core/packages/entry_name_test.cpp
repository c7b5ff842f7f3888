#include "kernel/core/packages/entry_name.hpp"

#include <gtest/gtest.h>

#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

using namespace std::string_literals;

TEST(EntryName, TakesOrdinaryNames) {
  for (const char* name :
       {"a", "a/b", "./a", "././a/b/", "package/dist/index.js", "docs/r\u00e9sum\u00e9.md", "\u65e5\u672c\u8a9e/x",
        ".npmignore", "a/.github/x", "...a", "a b", "xy:z", "@scope/name"}) {
    EXPECT_TRUE(name_parts(name)) << name;
  }
  EXPECT_EQ(name_parts("./a/b/")->size(), 2u);
  EXPECT_TRUE(name_parts("./")->empty());
}

TEST(EntryName, RefusesWhatCouldMeanTwoThings) {
  const std::string refused[] = {"",
                                 "/etc/passwd",
                                 "//a",
                                 "../a",
                                 "a/../b",
                                 "a/..",
                                 "..",
                                 "a//b",
                                 "a/./b",
                                 "C:/a",
                                 "c:a",
                                 "a\\b",
                                 "..\\a",
                                 "\\\\host\\x",
                                 "a\0b"s,
                                 "a\nb",
                                 "a\x1b[2J",
                                 "a\x7f",
                                 "a.",
                                 "a./b",
                                 "a ",
                                 "a /b",
                                 ".git/config",
                                 ".GIT/x",
                                 "x/.git/hooks",
                                 "GIT~1/x",
                                 "\xff",
                                 "a\xc0\xaf",
                                 "\xed\xa0\x80",
                                 "a\u202eb",
                                 "a\u200bb",
                                 ".g\u200cit/x",
                                 "\ufeff"
                                 "a",
                                 "a\u2028b",
                                 "a\u0085"
                                 "b",
                                 std::string(1025, 'a'),
                                 std::string(256, 'a'),
                                 "a/" + std::string(256, 'b')};
  for (const auto& name : refused) EXPECT_FALSE(name_parts(name)) << shown_name(name);
  std::string deep = "a";
  for (int i = 0; i < 32; ++i) deep += "/a";
  EXPECT_FALSE(name_parts(deep));
}

TEST(EntryName, FindsNamesThatAreOneOnOtherFileSystems) {
  struct Row {
    std::vector<std::string> names;
    bool good;
  };
  const Row rows[] = {
      {{"a", "b"}, true},
      {{"a/b", "a/c"}, true},
      {{"a", "a"}, false},
      {{"a", "A"}, false},
      {{"Lib/a", "lib/b"}, false},
      {{"a", "a/b"}, false},
      {{"a/b", "a"}, false},
      {{"caf\u00e9", "cafe\u0301"}, false},
      {{"stra\u00dfe", "STRASSE"}, false},
      {{"\ufb01le", "file"}, false},
      {{"\u212a", "k"}, false},
      {{"x\u00e4", "x\u00f6"}, true},
  };
  for (const auto& row : rows) {
    NameSet names(test_engine());
    bool good = true;
    for (const auto& name : row.names) {
      auto parts = name_parts(name);
      ASSERT_TRUE(parts) << name;
      good = good && names.add(*parts, false);
    }
    EXPECT_EQ(good, row.good) << row.names[0] << " " << row.names[1];
  }
}

TEST(EntryName, LetsFoldersComeTwice) {
  NameSet names(test_engine());
  EXPECT_TRUE(names.add({"a"}, true));
  EXPECT_TRUE(names.add({"a"}, true));
  EXPECT_TRUE(names.add({"a", "b"}, false));
  EXPECT_FALSE(names.add({"a"}, false));
}

TEST(EntryName, ShowsNamesWithoutControlCharacters) {
  EXPECT_EQ(shown_name("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(shown_name(std::string(500, 'x')).size(), 100u);
}

}  // namespace
}  // namespace chela::packages
