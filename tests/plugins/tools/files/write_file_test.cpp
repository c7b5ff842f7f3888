#include "plugins/tools/files/write_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "tests/plugins/tools/files/fixture.hpp"

namespace chela::tools::files {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

std::size_t entries_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST_F(FilesTest, WritesNewAndExistingFiles) {
  EXPECT_EQ(write("notes/today.md", "hello"), "wrote 5 bytes to the new file notes/today.md");
  EXPECT_EQ(got(root() / "notes/today.md"), "hello");
  EXPECT_EQ(mode_of(root() / "notes/today.md"), 0600u);
  EXPECT_EQ(mode_of(root() / "notes"), 0700u);
  EXPECT_EQ(write("notes/today.md", "x"), "wrote 1 byte to notes/today.md, which had 5");
  EXPECT_EQ(write("notes/today.md", "yz", true), "appended 2 bytes to notes/today.md, which has 3 now");
  EXPECT_EQ(got(root() / "notes/today.md"), "xyz");
  EXPECT_EQ(write("log", "1", true), "wrote 1 byte to the new file log");
  EXPECT_EQ(entries_in(root() / "notes"), 1u);
}

TEST_F(FilesTest, KeepsTheModeAndRespectsReadOnly) {
  put(root() / "run.sh", "old");
  ::chmod((root() / "run.sh").c_str(), 0754);
  write("run.sh", "new");
  EXPECT_EQ(mode_of(root() / "run.sh"), 0754u);
  ::chmod((root() / "run.sh").c_str(), 0444);
  EXPECT_EQ(write("run.sh", "newer"), "denied: run.sh is read-only (its mode says so)");
  EXPECT_EQ(got(root() / "run.sh"), "new");
}

TEST_F(FilesTest, AHardLinkElsewhereKeepsItsContent) {
  std::filesystem::create_hard_link(outside() / "secret.txt", root() / "hard");
  write("hard", "changed");
  write("hard", "more", true);
  edit("hard", "changed", "edited");
  EXPECT_EQ(got(root() / "hard"), "editedmore");
  EXPECT_EQ(got(outside() / "secret.txt"), "the secret\n");
}

TEST_F(FilesTest, RefusesPathsThatNameNoFile) {
  for (const std::string path : {".", "..", "a/", "a/..", "./", "a/.", "/"}) {
    EXPECT_EQ(write(path, "x").find("wrote"), std::string::npos) << path;
  }
  EXPECT_EQ(entries_in(root()), 0u);
}

TEST_F(FilesTest, EditsExactlyOneOccurrence) {
  put(root() / "a.txt", "one\ntwo\none\n");
  EXPECT_EQ(edit("a.txt", "two", "2"), "replaced 1 occurrence in a.txt (line 2)");
  EXPECT_EQ(edit("a.txt", "one", "1"),
            "invalid_argument: editing a.txt: old_text occurs 2 times (lines 1, 3); add surrounding lines until it is "
            "unique, or "
            "set replace_all");
  EXPECT_EQ(edit("a.txt", "one", "1", true), "replaced 2 occurrences in a.txt (lines 1, 3)");
  EXPECT_EQ(got(root() / "a.txt"), "1\n2\n1\n");
  EXPECT_EQ(edit("a.txt", "1\n2", ""), "replaced 1 occurrence in a.txt (line 1)");
  EXPECT_EQ(got(root() / "a.txt"), "\n1\n");
}

TEST_F(FilesTest, SaysWhyAnEditCannotBe) {
  put(root() / "a.txt", "if (x) {\r\n  y();\r\n}\r\n");
  EXPECT_NE(edit("a.txt", "{\n  y", "z").find("lines end in \\r\\n"), std::string::npos);
  EXPECT_NE(edit("a.txt", "if(x)", "z").find("other spaces or line breaks"), std::string::npos);
  EXPECT_NE(edit("a.txt", "nowhere", "z").find("not_found: editing a.txt: old_text does not occur in it; read"),
            std::string::npos);
  EXPECT_NE(edit("a.txt", "", "z").find("old_text is empty"), std::string::npos);
  EXPECT_NE(edit("a.txt", "x", "x").find("are the same"), std::string::npos);
  EXPECT_EQ(edit("nope", "a", "b"), "not_found: nope does not exist; use list_files to see what is there");
  EXPECT_EQ(edit("no/folder", "a", "b"), "not_found: no does not exist; use list_files to see what is there");
  EXPECT_FALSE(std::filesystem::exists(root() / "no"));
  put(root() / "b", std::string("a\0b", 3));
  EXPECT_NE(edit("b", "a", "b").find("binary data"), std::string::npos);
}

TEST_F(FilesTest, HoldsTheSizeLimit) {
  EXPECT_NE(write("big", std::string((1 << 20) + 1, 'x')).find("too_large: writing big: 1,048,577 bytes"),
            std::string::npos);
  EXPECT_EQ(write("full", std::string(1 << 20, 'x')).substr(0, 5), "wrote");
  EXPECT_NE(write("full", "y", true).find("too_large"), std::string::npos);
  EXPECT_NE(edit("full", "x", "yy", true).find("too_large"), std::string::npos);
  EXPECT_EQ(got(root() / "full"), std::string(1 << 20, 'x'));
}

TEST_F(FilesTest, AFullDiskLeavesTheOldContent) {
  put(root() / "a.txt", "old");
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 1000;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string said = write("a.txt", std::string(5000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(said, "too_large: writing a.txt: the file would be too large");
  EXPECT_EQ(got(root() / "a.txt"), "old");
  EXPECT_EQ(entries_in(root()), 1u);
}

TEST_F(FilesTest, AKilledWriterLeavesOldOrNewContent) {
  const std::string contents[] = {std::string(40000, 'a'), std::string(50000, 'b')};
  put(root() / "a.txt", contents[0]);
  for (int round = 0; round < 40; ++round) {
    int beat[2] = {};
    ASSERT_EQ(::pipe(beat), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0;; ++i) {
        write("a.txt", contents[i % 2]);
        if (::write(beat[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char x = 0;
    for (int writes = 0; writes <= round % 4; ++writes) ASSERT_EQ(::read(beat[0], &x, 1), 1);
    for (volatile int turn = 0; turn < 2000 * round;) turn = turn + 1;  // to another place in the next write
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(beat[0]);
    ::close(beat[1]);
    const std::string now = got(root() / "a.txt");
    ASSERT_TRUE(now == contents[0] || now == contents[1]) << now.size();
  }
}

TEST_F(FilesTest, ConcurrentEditsLoseNothing) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "<" + std::to_string(i) + ">";
  put(root() / "a.txt", text);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 200; i += 4) edit("a.txt", "<" + std::to_string(i) + ">", "[" + std::to_string(i) + "]");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(got(root() / "a.txt").find('<'), std::string::npos);
}

TEST(ProtectedNames, AreFoundAnywhereInAPath) {
  const ProtectedNames names({"deploy/*", "/only-top"}, {".vscode"});
  const auto is_protected = [&](std::vector<std::string> parts) { return names.find(parts) != nullptr; };
  EXPECT_TRUE(is_protected({".git", "hooks", "pre-commit"}));
  EXPECT_TRUE(is_protected({"sub", ".git", "config"}));
  EXPECT_TRUE(is_protected({".GIT", "config"}));
  EXPECT_TRUE(is_protected({".config", "fish", "config.fish"}));
  EXPECT_TRUE(is_protected({"skills", "x", "notes.md"}));
  EXPECT_TRUE(is_protected({"a", "SKILL.md"}));
  EXPECT_TRUE(is_protected({"deploy", "prod.yml"}));
  EXPECT_TRUE(is_protected({"only-top"}));
  EXPECT_FALSE(is_protected({"a", "only-top"}));
  EXPECT_FALSE(is_protected({"a", "skills", "notes.md"}));
  EXPECT_FALSE(is_protected({"deploy"}));
  EXPECT_FALSE(is_protected({".config", "other"}));
  EXPECT_FALSE(is_protected({".gitignore"}));
  EXPECT_FALSE(is_protected({".vscode", "settings.json"}));
}

TEST_F(FilesTest, ProtectedNamesAreNotWrittenByAnySpelling) {
  std::filesystem::create_directories(root() / ".git/hooks");
  std::filesystem::create_directory_symlink(".git", root() / "g");
  for (const std::string path : {".git/config", "./.git/hooks/pre-commit", "x/../.git/config", ".//.git//config",
                                 ".Git/config", "g/config", ".bashrc", ".ssh/authorized_keys", "skills/a/SKILL.md"}) {
    EXPECT_EQ(write(path, "x").substr(0, 6), "denied") << path;
    EXPECT_EQ(edit(path, "x", "y").substr(0, 6), "denied") << path;
  }
  EXPECT_EQ(write(root().string() + "/.git/config", "x").substr(0, 6), "denied");
  EXPECT_EQ(entries_in(root() / ".git"), 1u);
}

}  // namespace
}  // namespace chela::tools::files
