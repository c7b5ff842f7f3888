#include "kernel/runtime/skills/hub/workdir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

class SkillWorkdir : public testing::Test {
 protected:
  Workdir open(Workdir::StepHook hook = {}) {
    auto opened = Workdir::open(directory_.path(), std::move(hook));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  static Record record(const std::string& version) {
    return {.registry = "https://clawhub.ai", .slug = "weather", .version = version, .installed_at_ms = 1};
  }
  // Stages a skill of this version with its origin and puts it in place.
  Result<void> install(Workdir& workdir, const std::string& version) {
    CHELA_TRY(auto staging, workdir.make_staging());
    auto tree = staging / "unpacked";
    fs::create_directories(tree);
    std::ofstream(tree / "SKILL.md") << version;
    std::ofstream(tree / ("only-in-" + version)) << version;
    CHELA_CHECK(write_origin(tree, record(version)));
    return workdir.place({staging, tree, "skills/weather", "weather", record(version)});
  }
  std::string text_of_skill() {
    std::ifstream in(directory_ / "skills/weather/SKILL.md");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string locked_version() {
    auto lock = LockFile::read(directory_.path());
    EXPECT_TRUE(lock) << lock.error().message;
    auto found = lock ? lock->find(std::string("weather")) : std::nullopt;
    return found ? found->version : "";
  }
  // What is in place is one version as a whole, and the lock file says which.
  void expect_whole(const std::string& context) {
    auto version = text_of_skill();
    EXPECT_EQ(version, locked_version()) << context;
    if (version.empty()) {
      EXPECT_FALSE(fs::exists(directory_ / "skills/weather")) << context;
      return;
    }
    EXPECT_TRUE(fs::exists(directory_ / ("skills/weather/only-in-" + version))) << context;
    EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "skills/weather"), {}), 3) << context;
    auto origin = read_origin(directory_ / "skills/weather");
    EXPECT_TRUE(origin && *origin && (*origin)->version == version) << context;
  }
  void expect_clean(const std::string& context) {
    for (const auto& entry : fs::directory_iterator(directory_ / "skills"))
      EXPECT_EQ(entry.path().filename().string().find("staging"), std::string::npos) << context;
  }
  TemporaryDirectory directory_;
};

TEST_F(SkillWorkdir, PutsReplacesAndRemoves) {
  {
    auto workdir = open();
    ASSERT_TRUE(install(workdir, "1.0.0"));
    expect_whole("new");
    ASSERT_TRUE(install(workdir, "1.1.0"));
    expect_whole("replaced");
    EXPECT_EQ(text_of_skill(), "1.1.0");
  }
  expect_clean("both");
  {
    auto workdir = open();
    ASSERT_TRUE(workdir.remove("skills/weather", "weather"));
  }
  expect_whole("removed");
  EXPECT_EQ(locked_version(), "");
  expect_clean("removed");
  EXPECT_TRUE(fs::exists(directory_ / "skills"));
}

TEST_F(SkillWorkdir, IsForOneAtATime) {
  auto first = open();
  auto second = Workdir::open(directory_.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST_F(SkillWorkdir, DropsTheKeyOfWhatIsReplacedFromElsewhere) {
  auto workdir = open();
  ASSERT_TRUE(install(workdir, "1.0.0"));
  auto staging = workdir.make_staging();
  fs::create_directories(*staging / "unpacked");
  std::ofstream(*staging / "unpacked/SKILL.md") << "mine";
  ASSERT_TRUE(workdir.place({*staging, *staging / "unpacked", "skills/weather", "weather", std::nullopt}));
  EXPECT_EQ(text_of_skill(), "mine");
  EXPECT_EQ(locked_version(), "");
}

// The process ends at each step in turn: the next one finds the old or the new, whole, and nothing else.
TEST_F(SkillWorkdir, LeavesTheOldOrTheNewWhereverItIsKilled) {
  struct Killed {};
  auto die_at = [this](int at, auto change) {
    int steps = 0;
    try {
      auto workdir = open([&steps, at](std::string_view) -> Result<void> {
        if (steps++ == at) throw Killed();
        return {};
      });
      change(workdir);
      return false;
    } catch (const Killed&) {
      return true;
    }
  };
  int kills = 0;
  for (const char* before : {"", "1.0.0"}) {
    for (int at = 0;; ++at) {
      fs::remove_all(directory_ / "skills");
      fs::remove_all(directory_ / ".clawhub");
      if (*before != 0) {
        auto workdir = open();
        ASSERT_TRUE(install(workdir, before));
      }
      if (!die_at(at, [&](Workdir& workdir) { (void)install(workdir, "2.0.0"); })) break;
      ++kills;
      {
        auto workdir = open();
      }
      auto context = fmt::format("installing over `{}`, killed at step {}", before, at);
      expect_whole(context);
      expect_clean(context);
    }
  }
  for (int at = 0;; ++at) {
    {
      auto workdir = open();
      ASSERT_TRUE(install(workdir, "1.0.0"));
    }
    if (!die_at(at, [](Workdir& workdir) { (void)workdir.remove("skills/weather", "weather"); })) break;
    ++kills;
    {
      auto workdir = open();
    }
    expect_whole(fmt::format("removing, killed at step {}", at));
    expect_clean("removing");
  }
  EXPECT_GE(kills, 11);
}

// The disk refuses each step in turn: the command fails, and what is there is whole at once.
TEST_F(SkillWorkdir, LeavesTheOldOrTheNewWhateverTheDiskRefuses) {
  for (int at = 0;; ++at) {
    {
      auto workdir = open();
      ASSERT_TRUE(install(workdir, "1.0.0"));
    }
    int steps = 0;
    auto workdir = open([&steps, at](std::string_view step) -> Result<void> {
      return steps++ == at ? Result<void>(fail(ErrorCode::unavailable, "no: {}", step)) : Result<void>();
    });
    if (install(workdir, "2.0.0")) break;
    expect_whole(fmt::format("refused step {}", at));
  }
  expect_whole("at last");
}

TEST_F(SkillWorkdir, LeavesAnEntryThatSomebodyElseHasWrittenSince) {
  struct Killed {};
  {
    auto workdir = open();
    ASSERT_TRUE(install(workdir, "1.0.0"));
  }
  try {
    auto workdir = open([](std::string_view step) -> Result<void> {
      if (step == "write the lock file") throw Killed();
      return {};
    });
    (void)install(workdir, "2.0.0");
    FAIL();
  } catch (const Killed&) {
  }
  std::ofstream(directory_ / ".clawhub/lock.json")
      << R"({"version":1,"skills":{"weather":{"version":"9.9.9","installedAt":9}}})";
  {
    auto workdir = open();
  }
  EXPECT_EQ(locked_version(), "9.9.9");
}

TEST_F(SkillWorkdir, MovesALinkAndNotWhatItLeadsTo) {
  fs::create_directories(directory_ / "elsewhere");
  std::ofstream(directory_ / "elsewhere/SKILL.md") << "theirs";
  fs::create_directories(directory_ / "skills");
  fs::create_directory_symlink(directory_ / "elsewhere", directory_ / "skills/weather");
  {
    auto workdir = open();
    ASSERT_TRUE(install(workdir, "1.0.0"));
  }
  EXPECT_EQ(text_of_skill(), "1.0.0");
  EXPECT_TRUE(fs::exists(directory_ / "elsewhere/SKILL.md"));
  expect_clean("link");
}

}  // namespace
}  // namespace chela::runtime::skills::hub
