#include "kernel/core/platform/directory_watches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "kernel/core/loop/loop.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::platform {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class DirectoryWatchesTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(directory / "a/b");
    auto opened = DirectoryWatches::open(100);
    ASSERT_TRUE(opened) << opened.error().message;
    watches = std::move(*opened);
  }
  std::string at(std::string_view name) const { return (directory / name).string(); }
  std::vector<std::string> set(const std::vector<WatchedDirectory>& wanted) {
    auto added = watches->set(wanted);
    EXPECT_TRUE(added) << added.error().message;
    return added ? *added : std::vector<std::string>();
  }
  std::vector<std::string> touched() {
    auto changes = watches->take();
    EXPECT_EQ(changes.any, !changes.touched.empty());
    return {changes.touched.begin(), changes.touched.end()};
  }
  void write(std::string_view name) { std::ofstream(directory / name) << "x"; }

  TemporaryDirectory directory;
  std::shared_ptr<DirectoryWatches> watches;
};

TEST_F(DirectoryWatchesTest, TellsWhereSomethingHappened) {
  EXPECT_THAT(set({{.directory = at("a")}, {.directory = at("a/b")}}), ElementsAre(at("a"), at("a/b")));
  EXPECT_THAT(set({{.directory = at("a")}, {.directory = at("a/b")}}), IsEmpty());
  EXPECT_THAT(touched(), IsEmpty());
  write("a/b/file");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
  write("a/b/file");
  write("a/file");
  EXPECT_THAT(touched(), ElementsAre(at("a"), at("a/b")));
  EXPECT_THAT(set({{.directory = at("a")}}), IsEmpty());
  write("a/b/file");
  EXPECT_THAT(touched(), IsEmpty());
}

TEST_F(DirectoryWatchesTest, TellsNoMoreThanWasAsked) {
  set({{.directory = at("a"), .notice = Notice::entries}, {.directory = at("a/b"), .names = {"mine"}}});
  write("a/b/other");
  EXPECT_THAT(touched(), IsEmpty());
  write("a/b/mine");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
  write("a/file");
  EXPECT_THAT(touched(), ElementsAre(at("a")));
  write("a/file");  // nothing but its content
  EXPECT_THAT(touched(), IsEmpty());
}

TEST_F(DirectoryWatchesTest, TwoWishesForADirectoryAreBothKept) {
  set({{.directory = at("a"), .notice = Notice::entries, .names = {"one"}},
       {.directory = at("a"), .notice = Notice::itself},
       {.directory = at("a"), .notice = Notice::entries, .names = {"two"}}});
  for (auto name : {"a/one", "a/two"}) {
    write(name);
    EXPECT_THAT(touched(), ElementsAre(at("a")));
  }
  write("a/three");
  EXPECT_THAT(touched(), IsEmpty());
  set({{.directory = at("a"), .notice = Notice::entries}, {.directory = at("a"), .names = {"two"}}});
  touched();
  write("a/four");
  EXPECT_THAT(touched(), ElementsAre(at("a")));
}

TEST_F(DirectoryWatchesTest, WhatWasMovedIsForgottenWithAllBelow) {
  std::vector<WatchedDirectory> wanted{{.directory = at("a")}, {.directory = at("a/b")}};
  set(wanted);
  fs::rename(directory / "a", directory / "away");
  EXPECT_THAT(touched(), ElementsAre(at("a")));
  write("away/b/file");
  EXPECT_THAT(touched(), IsEmpty());
  EXPECT_THAT(set(wanted), IsEmpty());  // they do not exist
  fs::create_directories(directory / "a/b");
  EXPECT_THAT(set(wanted), ElementsAre(at("a"), at("a/b")));
  write("a/b/file");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
}

TEST_F(DirectoryWatchesTest, WhatWasRemovedAndMadeAgainIsNew) {
  set({{.directory = at("a/b")}});
  fs::remove_all(directory / "a/b");
  fs::create_directories(directory / "a/b");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
  EXPECT_THAT(set({{.directory = at("a/b")}}), ElementsAre(at("a/b")));
  write("a/b/file");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
}

TEST_F(DirectoryWatchesTest, OneDirectoryMayHaveTwoNames) {
  fs::create_directory_symlink(directory / "a/b", directory / "link");
  set({{.directory = at("a/b")}, {.directory = at("link"), .names = {"mine"}}});
  write("a/b/other");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
  write("a/b/mine");
  EXPECT_THAT(touched(), ElementsAre(at("a/b"), at("link")));
  set({{.directory = at("link"), .names = {"mine"}}});
  write("a/b/mine");
  EXPECT_THAT(touched(), ElementsAre(at("link")));
}

TEST_F(DirectoryWatchesTest, TooManyAreRefused) {
  auto two = DirectoryWatches::open(2);
  ASSERT_TRUE(two);
  auto added = (*two)->set({{.directory = at("")}, {.directory = at("a")}, {.directory = at("a/b")}});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::exhausted);
  EXPECT_THAT(added.error().message, testing::HasSubstr("2 directories are watched already"));
}

TEST_F(DirectoryWatchesTest, WhenTheSystemLosesCountAllIsWatchedAnew) {
  std::size_t queue_max = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue_max;
  ASSERT_GT(queue_max, 0u);
  std::vector<WatchedDirectory> wanted{{.directory = at("a")}, {.directory = at("a/b")}};
  set(wanted);
  for (auto name : {"a/one", "a/two"}) write(name);
  for (std::size_t i = 0; i <= queue_max; ++i)  // in turns: what is told twice running is told once
    fs::permissions(directory / (i % 2 == 0 ? "a/one" : "a/two"), i % 4 < 2 ? fs::perms::owner_read : fs::perms::none);
  EXPECT_TRUE(watches->take().lost);
  EXPECT_FALSE(watches->take().any);
  EXPECT_THAT(set(wanted), ElementsAre(at("a"), at("a/b")));
  write("a/b/file");
  EXPECT_THAT(touched(), ElementsAre(at("a/b")));
}

TEST_F(DirectoryWatchesTest, TheLoopIsWokenAndTheOwnerMayEndInTheCallback) {
  Loop loop;
  std::optional<DirectoryEvents> events;
  int woken = 0;
  set({{.directory = at("a")}});
  events.emplace(loop, watches, [&] {
    ++woken;
    if (!watches->take().any || woken < 2) return;
    events.reset();
  });
  write("a/one");
  run_until(loop, [&] { return woken == 1; });
  write("a/two");
  run_until(loop, [&] { return !events; });
  write("a/three");
  loop.drain(std::chrono::seconds(1));
  EXPECT_EQ(woken, 2);
}

}  // namespace
}  // namespace chela::platform
