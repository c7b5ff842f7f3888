#include "plugins/tools/files/list_files.hpp"

#include "plugins/tools/files/paths.hpp"
#include "tests/plugins/tools/files/fixture.hpp"

namespace chela::tools::files {
namespace {

TEST_F(FilesTest, ListsByName) {
  put(root() / "b.txt", "12345");
  put(root() / "a.txt", "1");
  put(root() / "sub/deep/c.txt", std::string(1234, 'x'));
  put(root() / ".git/config", "x");
  std::filesystem::create_symlink("a.txt", root() / "link");
  EXPECT_EQ(list(), ".git/\na.txt (1 byte)\nb.txt (5 bytes)\nlink (symbolic link)\nsub/\n");
  EXPECT_EQ(
      list(".", true),
      ".git/\na.txt (1 byte)\nb.txt (5 bytes)\nlink (symbolic link)\nsub/\nsub/deep/\nsub/deep/c.txt (1,234 bytes)\n");
  EXPECT_EQ(list("sub", true), "deep/\ndeep/c.txt (1,234 bytes)\n");
  EXPECT_EQ(list(root().string() + "/sub"), "deep/\n");
}

TEST_F(FilesTest, ListsAtMostWhatWasAskedFor) {
  for (int i = 10; i < 20; ++i) put(root() / std::to_string(i), "");
  EXPECT_EQ(list(".", false, 2),
            "10 (0 bytes)\n11 (0 bytes)\n[more entries are left out; raise max_entries, or list one of the folders]");
}

TEST_F(FilesTest, SaysWhatCannotBeListed) {
  put(root() / "a.txt", "1");
  std::filesystem::create_directory(root() / "empty");
  EXPECT_EQ(list("empty"), "[empty is empty]");
  EXPECT_EQ(list("a.txt"), "invalid_argument: a.txt is not a folder; use read_file");
  EXPECT_EQ(list("nope"), "not_found: nope does not exist; use list_files to see what is there");
}

TEST_F(FilesTest, DoesNotFollowLinksBelow) {
  std::filesystem::create_directory_symlink(outside(), root() / "out");
  std::filesystem::create_directory_symlink(".", root() / "self");
  EXPECT_EQ(list(".", true), "out (symbolic link)\nself (symbolic link)\n");
  EXPECT_NE(list("out").find("leads out of the workspace"), std::string::npos);
}

TEST_F(FilesTest, ListsVeryDeepFoldersToALimit) {
  std::filesystem::path path = root();
  for (int i = 0; i < 60; ++i) path /= "d";
  put(path / "end", "");
  const std::string listed = list(".", true, 5000);
  EXPECT_NE(listed.find("[more entries are left out"), std::string::npos);
}

TEST(Displayed, EscapesWhatMisleadsAndNothingElse) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"plain name.txt", "plain name.txt"},
      {"caf\xC3\xA9 \xE6\x97\xA5", "caf\xC3\xA9 \xE6\x97\xA5"},
      {"two\nlines", "two\\nlines"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"bad\xFF", "bad\\xff"},
      {"a\xE2\x80\xAE" "txt.exe", "a\\u202etxt.exe"},
      {"\xE2\x81\xA6x", "\\u2066x"},
      {"\xC2\x85x", "\\u0085x"},
      {"trailing .", "trailing ."}};
  for (const auto& [name, shown] : table) EXPECT_EQ(displayed(name), shown);
}

TEST_F(FilesTest, NamesAreKeptByteForByte) {
  for (const std::string name : {"with space ", "dot.", "new\nline", "back\\slash", "caf\xC3\xA9", "cafe\xCC\x81",
                                 "-rf", "%2e%2e", "@", "\xE2\x80\xAEx", "a:b"}) {
    write(name, name);
    EXPECT_EQ(got(root() / name), name);
    EXPECT_EQ(read(name), name);
  }
  write(std::string(255, 'n'), "x");
  EXPECT_EQ(got(root() / std::string(255, 'n')), "x");
  EXPECT_NE(write(std::string(256, 'n'), "x").find("too long"), std::string::npos);
  EXPECT_NE(read(std::string("a\0b", 3)).find("NUL"), std::string::npos);
}

}  // namespace
}  // namespace chela::tools::files
