#include "kernel/core/platform/file_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/files.hpp"
#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class FileWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    write("config.json", "{}");
    write("other", "x");
  }
  void watch(const fs::path& path) {
    auto started = FileWatch::start(loop, path, 100ms, [this] { ++changes; });
    ASSERT_TRUE(started) << started.error().message;
    watching = std::move(*started);
  }
  void write(std::string_view name, std::string_view text) { std::ofstream(directory / name) << text; }
  // The system tells of changes in their order: after the marker's, every earlier one has been told. The watch of the
  // marker has no debounce, and the clock stands still.
  void take_events() {
    bool seen = false;
    auto marker = FileWatch::start(loop, directory / "marker", 0ms, [&] { seen = true; });
    ASSERT_TRUE(marker);
    write("marker", std::string(static_cast<std::size_t>(++marks), 'x'));  // the time of change may be coarse
    run_until(loop, [&] { return seen; });
  }
  int changes_after(Duration quiet) {
    take_events();
    clock.advance(quiet);
    loop.run_ready();
    return std::exchange(changes, 0);
  }

  TemporaryDirectory directory;
  FakeClock clock;
  Loop loop{clock};
  int changes = 0;
  int marks = 0;
  std::unique_ptr<FileWatch> watching;
};

TEST_F(FileWatchTest, TellsOfEveryWayAFileChanges) {
  watch(directory / "config.json");
  EXPECT_EQ(changes_after(1s), 0);

  write("config.json", "{\"a\":1}");
  EXPECT_EQ(changes_after(1s), 1);
  std::ofstream(directory / "config.json", std::ios::app) << "\n";
  EXPECT_EQ(changes_after(1s), 1);
  ASSERT_TRUE(write_file_atomically(directory / "config.json", "replaced"));
  EXPECT_EQ(changes_after(1s), 1);
  ASSERT_TRUE(write_file_atomically(directory / "config.json", "replaced again"));
  EXPECT_EQ(changes_after(1s), 1);
  fs::remove(directory / "config.json");
  EXPECT_EQ(changes_after(1s), 1);
  write("config.json", "back");
  EXPECT_EQ(changes_after(1s), 1);
  fs::rename(directory / "other", directory / "config.json");
  EXPECT_EQ(changes_after(1s), 1);
}

TEST_F(FileWatchTest, WaitsUntilItIsQuiet) {
  watch(directory / "config.json");
  for (int i = 0; i < 5; ++i) {
    write("config.json", std::to_string(i));
    EXPECT_EQ(changes_after(99ms), 0);
  }
  clock.advance(1ms);
  loop.run_ready();
  EXPECT_EQ(changes, 1);
}

TEST_F(FileWatchTest, TellsEvenIfItNeverIsQuiet) {
  watch(directory / "config.json");
  int told = 0;
  for (int i = 0; i < 21; ++i) {
    write("config.json", std::to_string(i));
    told += changes_after(50ms);
  }
  EXPECT_EQ(told, 1);
}

TEST_F(FileWatchTest, OtherFilesAndReadingAreNoChanges) {
  watch(directory / "config.json");
  write("other", "changed");
  EXPECT_TRUE(read_file(directory / "config.json", 100));
  EXPECT_EQ(changes_after(1s), 0);
}

TEST_F(FileWatchTest, AFileMayComeLater) {
  watch(directory / "later.json");
  EXPECT_EQ(changes_after(1s), 0);
  write("later.json", "{}");
  EXPECT_EQ(changes_after(1s), 1);
}

TEST_F(FileWatchTest, FollowsALinkThatIsSwitched) {
  // As Kubernetes mounts configuration: config.json -> ..data/config.json, ..data -> ..1
  for (const char* version : {"..1", "..2"}) {
    fs::create_directory(directory / version);
    write(std::string(version) + "/mounted.json", version);
  }
  fs::create_symlink("..1", directory / "..data");
  fs::create_symlink("..data/mounted.json", directory / "mounted.json");
  watch(directory / "mounted.json");
  EXPECT_EQ(changes_after(1s), 0);
  fs::create_symlink("..2", directory / "..new");
  fs::rename(directory / "..new", directory / "..data");
  EXPECT_EQ(changes_after(1s), 1);
}

TEST_F(FileWatchTest, WatchesADirectory) {
  fs::create_directory(directory / "skills");
  watch(directory / "skills");
  EXPECT_EQ(changes_after(1s), 0);
  write("skills/new", "x");
  EXPECT_EQ(changes_after(1s), 1);
  fs::create_directory(directory / "skills/folder");
  fs::remove(directory / "skills/new");
  EXPECT_EQ(changes_after(1s), 1);
}

TEST_F(FileWatchTest, SaysWhatCannotBeWatched) {
  auto started = FileWatch::start(loop, directory / "absent/config.json", 1ms, [] {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::not_found);
}

TEST_F(FileWatchTest, MayBeDestroyedInItsCallback) {
  auto started = FileWatch::start(loop, directory / "config.json", 100ms, [this] {
    ++changes;
    watching.reset();
  });
  watching = std::move(*started);
  write("config.json", "1");
  EXPECT_EQ(changes_after(1s), 1);
  write("config.json", "2");
  EXPECT_EQ(changes_after(1s), 0);
}

}  // namespace
}  // namespace chela::platform
