#include "kernel/runtime/skills/hub/digests.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "kernel/runtime/skills/hub/ignore_rules.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// The hashes are those that npm's clawhub 0.23.3 and openclaw 2026.9.6 make of the same files.
class SkillDigests : public testing::Test {
 protected:
  void SetUp() override {
    const std::pair<const char*, const char*> files[] = {{"SKILL.md", "one"},
                                                         {"a/x.txt", "two"},
                                                         {"B/y.txt", "three"},
                                                         {"_meta.json", "z"},
                                                         {".hidden/h", "h"},
                                                         {"node_modules/x/i.js", "m"},
                                                         {"a/run.log", "log"},
                                                         {"a/keep.log", "k"},
                                                         {".gitignore", "# c\n*.log\n!keep.log\n/docs/build/\n"},
                                                         {"docs/build/out", "b"},
                                                         {"skill-10.md", "10"},
                                                         {"skill-2.md", "2"},
                                                         {"a b.txt", "q"},
                                                         {"Zeta.md", "Z"},
                                                         {"zeta2.md", "zz"},
                                                         {".clawhub/origin.json", "{}"}};
    for (const auto& [name, text] : files) write(folder_ / name, text);
  }
  TemporaryDirectory directory_;
  fs::path folder_ = directory_ / "skill";
};

TEST_F(SkillDigests, AreThoseOfBothClients) {
  auto files = published_files(folder_);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->size(), 10u);
  EXPECT_EQ(fingerprint_of(*files), "313df410c0452f7bde9a06ee3a68b42f10f6c2a0c3e5856cdf172e83c3ea4e76");
  EXPECT_EQ(content_hash_of(*files), "16db1540d525352b3b2b62660015fccd72d72eef250052c8a560d3649827859a");
  EXPECT_EQ(tree_sha256(folder_).value_or("(none)"),
            "sha256:cb629e3cd41b0b017a0873c2a245e1756ec3e6934c4266b1fb25832f10f1cee2");
}

TEST_F(SkillDigests, DoNotDependOnTheRecords) {
  auto before = tree_sha256(folder_);
  write(folder_ / ".clawhub/origin.json", "{\"other\":1}");
  write(folder_ / ".clawdhub/origin.json", "{}");
  EXPECT_EQ(*before, *tree_sha256(folder_));
  write(folder_ / "a/.clawhub/x", "counts");
  EXPECT_NE(*before, *tree_sha256(folder_));
}

TEST_F(SkillDigests, RefuseLinks) {
  fs::create_symlink("SKILL.md", folder_ / "link");
  EXPECT_FALSE(tree_sha256(folder_));
  fs::remove(folder_ / "link");
  fs::create_hard_link(folder_ / "SKILL.md", directory_ / "elsewhere");
  EXPECT_FALSE(tree_sha256(folder_));
}

TEST(SkillFingerprint, OfNothingIsEmpty) {
  EXPECT_EQ(fingerprint_of({}), "");
}

// What the package `ignore` 7.0.6 of npm says.
TEST(SkillIgnoreRules, AreReadAsUpstreamReadsThem) {
  IgnoreRules rules;
  rules.add_lines(
      "*.log\n!keep.log\n/top\ndir/\na/**/z\n**/deep/x\ndoc/*.txt\nfoo[0-9].c\nb?r\n\\#lit\nsp\\ "
      "\nx/**\n!x/keep\nMixed\n"
      "**/q\nr/**/s/**\n[!a]z.md\nlit[\n*.tar.*\n/*.cfg");
  for (const char* path :
       {"a.log",   "d/a.log",  "top",       "top/f",  "dir/f",   "p/dir/f", "a/z",      "a/b/z", "a/b/c/z",
        "deep/x",  "m/deep/x", "doc/a.txt", "foo1.c", "bar",     "#lit",    "sp ",      "x/o",   "mixed",
        "MIXED/f", "q",        "w/q",       "r/s/t",  "r/k/s/t", "bz.md",   "n.tar.gz", "c.cfg"})
    EXPECT_TRUE(rules.ignores(path)) << path;
  for (const char* path :
       {"keep.log", "d/top", "dir", "doc/s/a.txt", "foox.c", "br", "x/keep", "r/s", "az.md", "lit[", "d/c.cfg"})
    EXPECT_FALSE(rules.ignores(path)) << path;
}

TEST(SkillIgnoreRules, TakeNoLongTimeOverAnyPattern) {
  IgnoreRules rules;
  std::string line;
  for (int i = 0; i < 60; ++i) line += "**/*a*a*a/";
  rules.add_lines(line + "b");
  std::string path;
  for (int i = 0; i < 120; ++i) path += "aaaaaaaaaaaaaaaa/";
  EXPECT_FALSE(rules.ignores(path + "c"));
}

}  // namespace
}  // namespace chela::runtime::skills::hub
