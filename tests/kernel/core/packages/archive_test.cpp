#include "kernel/core/packages/archive.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/kernel/core/packages/package_fixture.hpp"
#include "tests/paths.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

// Archives that Python wrote: archives.py beside this file.
class Archive : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    archives_ = new TemporaryDirectory;
    auto script = source_dir() / "tests/kernel/core/packages/archives.py";
    ASSERT_EQ(std::system(fmt::format("python3 {} {}", script.string(), archives_->path().string()).c_str()), 0);
  }
  static void TearDownTestSuite() { delete archives_; }

  Result<void> unpack_to(const std::string& name, const ArchiveLimits& limits = {}) {
    return unpack(test_engine(), *archives_ / name, out_ / "tree", limits);
  }

  static TemporaryDirectory* archives_;
  TemporaryDirectory out_;
};
TemporaryDirectory* Archive::archives_ = nullptr;

TEST_F(Archive, UnpacksWhatPackagesComeIn) {
  const std::vector<std::string> expected = {"package/a.txt", "package/bin/run", "package/docs/r\u00e9sum\u00e9.md"};
  for (const char* name : {"good-npm.tgz", "good-plain.tar", "good-gnu.tar", "good-bzip.tar.bz2"}) {
    auto done = unpack_to(name);
    ASSERT_TRUE(done) << name << done.error().message;
    EXPECT_EQ(names_below(out_ / "tree"), expected) << name;
    fs::remove_all(out_ / "tree");
  }
  ASSERT_TRUE(unpack_to("good-zip.zip"));
  EXPECT_EQ(names_below(out_ / "tree"), (std::vector<std::string>{"a.txt", "bin/run", "docs/r\u00e9sum\u00e9.md"}));
  EXPECT_EQ(read_text(out_ / "tree/a.txt"), "hello");
}

TEST_F(Archive, TakesEveryGoodArchive) {
  for (const auto& file : fs::directory_iterator(archives_->path())) {
    auto name = file.path().filename().string();
    if (!name.starts_with("good-")) continue;
    auto done = unpack_to(name);
    EXPECT_TRUE(done) << name << ": " << done.error().message;
    fs::remove_all(out_ / "tree");
  }
}

TEST_F(Archive, RefusesEveryBadArchiveAndLeavesNothing) {
  int refused = 0;
  for (const auto& file : fs::directory_iterator(archives_->path())) {
    auto name = file.path().filename().string();
    if (!name.starts_with("bad-")) continue;
    auto done = unpack_to(name);
    EXPECT_FALSE(done) << name;
    EXPECT_TRUE(fs::is_empty(out_.path())) << name;
    fs::remove_all(out_ / "tree");
    ++refused;
  }
  EXPECT_GT(refused, 35);
}

TEST_F(Archive, KeepsOnlyTheExecutableBit) {
  ASSERT_TRUE(unpack_to("good-setuid.tgz"));
  struct stat info{};
  ASSERT_EQ(::stat((out_ / "tree/run").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0755u);
}

TEST_F(Archive, HoldsEachLimit) {
  auto refused_with = [&](ArchiveLimits limits) {
    auto done = unpack_to("good-npm.tgz", limits);
    return !done && done.error().code == ErrorCode::too_large;
  };
  EXPECT_TRUE(refused_with({.tree = {.entries_max = 2}}));
  EXPECT_TRUE(refused_with({.tree = {.bytes_max = 7}}));
  EXPECT_TRUE(refused_with({.tree = {.file_bytes_max = 4}}));
  EXPECT_TRUE(refused_with({.archive_bytes_max = 100}));
  EXPECT_TRUE(refused_with({.ratio_max = 0, .ratio_free_bytes = 3}));
  EXPECT_TRUE(fs::is_empty(out_.path()));
}

TEST_F(Archive, NeverReplacesWhatIsThere) {
  write_text(out_ / "tree/mine", "mine");
  EXPECT_FALSE(unpack_to("good-npm.tgz"));
  EXPECT_EQ(names_below(out_.path()), std::vector<std::string>{"tree/mine"});
}

TEST_F(Archive, WritesTarballsThatDependOnTheFilesAlone) {
  const std::vector<PackedFile> files = {{"package/a", false, "1"},
                                         {"package/r\u00e9sum\u00e9", true, std::string(9000, 'x')}};
  for (const char* name : {"one.tgz", "two.tgz"}) {
    platform::OwnedDescriptor file(::creat((out_ / name).c_str(), 0600));
    auto written = test_engine().write_tarball(file.get(), files);
    ASSERT_TRUE(written) << written.error().message;
  }
  EXPECT_EQ(read_text(out_ / "one.tgz"), read_text(out_ / "two.tgz"));
  ASSERT_TRUE(unpack(test_engine(), out_ / "one.tgz", out_ / "tree"));
  auto tree = read_tree(out_ / "tree");
  ASSERT_EQ(tree->size(), 2u);
  EXPECT_EQ((*tree)[1].name, "package/r\u00e9sum\u00e9");
  EXPECT_TRUE((*tree)[1].executable);
}

TEST_F(Archive, CopiesFoldersByTheSameRules) {
  write_package(out_ / "source", "weather", "1.0.0");
  write_text(out_ / "source/.git/config", "secret");
  ASSERT_TRUE(copy_folder(test_engine(), out_ / "source", out_ / "tree"));
  EXPECT_EQ(names_below(out_ / "tree"), (std::vector<std::string>{"chela.plugin.json", "docs/guide.md", "weather.so"}));
  fs::create_symlink("/etc/passwd", out_ / "source/link");
  EXPECT_FALSE(copy_folder(test_engine(), out_ / "source", out_ / "second"));
  fs::remove(out_ / "source/link");
  ASSERT_EQ(::mkfifo((out_ / "source/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(copy_folder(test_engine(), out_ / "source", out_ / "second"));
  EXPECT_FALSE(fs::exists(out_ / "second"));
}

// Somebody of the same machine exchanges a folder of the staging tree for a link while files are written into it.
TEST_F(Archive, FollowsNoLinkThatAppearsMeanwhile) {
  auto outside = out_ / "outside";
  fs::create_directories(outside);
  const int rounds = std::getenv("CHELA_LONG") ? 2000 : 40;
  for (int round = 0; round < rounds; ++round) {
    auto tree = TreeWriter::create(test_engine(), out_ / "tree", {});
    ASSERT_TRUE(tree);
    fs::path staging;
    for (const auto& at : fs::directory_iterator(out_.path()))
      if (at.path().filename().string().starts_with(".tree.")) staging = at.path();
    std::atomic<bool> stop = false;
    std::thread attacker([&] {
      std::error_code ignored;
      while (!stop) {
        fs::rename(staging / "d", staging / "moved", ignored);
        fs::create_directory_symlink(outside, staging / "d", ignored);
        fs::remove(staging / "d", ignored);
        fs::rename(staging / "moved", staging / "d", ignored);
      }
    });
    for (int i = 0; i < 50; ++i) {
      if (tree->begin_file(fmt::format("d/e/f{}", i), false) && tree->write("x")) (void)tree->end_file();
    }
    stop = true;
    attacker.join();
    ASSERT_TRUE(fs::is_empty(outside)) << "round " << round;
  }
}

}  // namespace
}  // namespace chela::packages
