#include <gtest/gtest.h>

#include <fstream>

#include "kernel/core/base/hash.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;

class TreeHashTest : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view bytes) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::string hash() {
    auto made = tree_hash(folder_.path());
    return made ? *made : "failed: " + made.error().message;
  }

  TemporaryDirectory folder_;
};

// The text that upstream hashes, written by hand.
TEST_F(TreeHashTest, IsUpstreamsDigestOfAnInstalledSkill) {
  write("SKILL.md", "a");
  write("scripts/run.sh", "b");
  write("scripts-old/run.sh", "c");
  write(".clawhub/origin.json", "{}");
  auto file = [](std::string path, std::string_view bytes) {
    return fmt::format(R"({{"path":"{}","type":"file","sha256":"{}"}})", path, sha256_hex(bytes));
  };
  auto text = fmt::format(
      R"([{},{{"path":"scripts","type":"directory"}},{},{{"path":"scripts-old","type":"directory"}},{}])",
      file("SKILL.md", "a"), file("scripts/run.sh", "b"), file("scripts-old/run.sh", "c"));
  EXPECT_EQ(hash(), "sha256:" + sha256_hex(text));
}

TEST_F(TreeHashTest, EverythingElseCounts) {
  write("SKILL.md", "a");
  std::vector<std::string> seen = {hash()};
  auto changed = [&](const char* what) {
    seen.push_back(hash());
    auto same = std::count(seen.begin(), seen.end(), seen.back());
    EXPECT_EQ(same, 1) << what << ": " << seen.back();
  };
  write("empty", ""), changed("a file");
  fs::create_directory(folder_ / "folder"), changed("a folder");
  fs::create_symlink("SKILL.md", folder_ / "link"), changed("a link");
  fs::remove(folder_ / "link"), fs::create_symlink("empty", folder_ / "link"), changed("where a link leads");
  write(".git/hooks/x", "1"), changed("what lies in .git");
  write("node_modules/x.js", "1"), changed("what lies in node_modules");
  write(".clawhub/payload.sh", "1"), changed("what lies beside the registry's record");
  write(".clawhub/payload.sh", "2"), changed("its content");
}

TEST_F(TreeHashTest, RefusesWhatNoHashCanHold) {
  write("SKILL.md", "a");
  for (const char* target : {"/etc/passwd", "../other", "a/../../other"}) {
    fs::create_symlink(target, folder_ / "link");
    EXPECT_EQ(hash(), "failed: the link link leads out of the folder") << target;
    fs::remove(folder_ / "link");
  }
  auto none = tree_hash(folder_ / "nowhere");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::runtime::skills::scan
