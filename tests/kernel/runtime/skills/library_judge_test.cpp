#include "tests/kernel/runtime/skills/library_fixture.hpp"

namespace chela::runtime::skills {
namespace {

using namespace std::chrono_literals;

class JudgedSkills : public SkillLibrary {
 protected:
  JudgedSkills() {
    settings.judge = judge.function();
    add(root / "a", "a");
    add(root / "b", "b", "evil");
  }
};

TEST_F(JudgedSkills, EachIsJudgedOnceAndAgainWhenItChanged) {
  open_and_read();
  EXPECT_EQ(withheld("a"), "");
  EXPECT_EQ(withheld("b"), "it is evil");
  settle();
  add(root / "c", "c", "evil too");
  await_change();
  EXPECT_EQ(withheld("c"), "it is evil");
  add(root / "a", "a", "now evil");
  await_change();
  EXPECT_EQ(withheld("a"), "it is evil");
  EXPECT_EQ(judge.asked("a"), 2);
  EXPECT_EQ(judge.asked("b"), 1);
  EXPECT_EQ(judge.asked("c"), 1);
}

TEST_F(JudgedSkills, TheSameTextWrittenAgainIsNotJudgedAgain) {
  open_and_read();
  add(root / "a", "a");
  settle();
  EXPECT_EQ(judge.asked("a"), 1);
}

TEST_F(JudgedSkills, AFileBesideItMakesItAnotherPackage) {
  fs::create_directories(root / "a/scripts/deep");
  std::ofstream(root / "a/scripts/deep/run.sh") << "echo";
  open_and_read();
  judge.say("its script is evil");
  std::ofstream(root / "a/scripts/deep/run.sh") << "evil";
  await_change();
  EXPECT_EQ(withheld("a"), "its script is evil");
  EXPECT_EQ(judge.asked("a"), 2);
  EXPECT_EQ(judge.asked("b"), 1);
  std::ofstream(root / "a/scripts/new.sh") << "x";
  settle();
  EXPECT_EQ(judge.asked("a"), 3);
}

TEST_F(JudgedSkills, WithoutAWatchPackagesAreComparedToo) {
  settings.watch = false;
  open_and_read();
  judge.say("its script is evil");
  std::ofstream(root / "a/run.sh") << "evil";
  refresh();
  EXPECT_EQ(withheld("a"), "its script is evil");
  EXPECT_EQ(judge.asked("b"), 1);
}

TEST_F(JudgedSkills, IsAskedAgainOnDemand) {
  open_and_read();
  judge.say("a new rule");
  library->judge_again();
  settle();
  EXPECT_EQ(withheld("a"), "a new rule");
  EXPECT_EQ(version(), 2u);
  settings.judge = nullptr;
  library->configure(settings);
  settle();
  EXPECT_EQ(withheld("a"), "");
  EXPECT_EQ(withheld("b"), "");
}

TEST_F(JudgedSkills, WhatIsNotJudgedYetIsWithheld) {
  settings.judge_time = 0ns;  // one in a look
  std::vector<std::string> seen;
  open();
  library->on_change([&] { seen.push_back(withheld("a") + "," + withheld("b")); });
  settle();
  EXPECT_THAT(seen, ElementsAre(",it has not been judged yet", ",it is evil"));
  EXPECT_EQ(judge.asked("a"), 1);
  EXPECT_EQ(judge.asked("b"), 1);
}

TEST_F(JudgedSkills, ALoserIsJudgedWhenItWins) {
  settings.roots.insert(settings.roots.begin(), Root{directory / "low", Source::extra});
  add(directory / "low/a", "a", "evil below");
  open_and_read();
  EXPECT_EQ(judge.asked("a"), 1);
  fs::remove_all(root / "a");
  await_change();
  EXPECT_EQ(withheld("a"), "it is evil");
}

TEST_F(JudgedSkills, JudgementsLastAsLongAsTheJudge) {
  settings.index = directory / "state/skills.index";
  settings.judge_version = "one";
  open_and_read();
  open_and_read();
  EXPECT_EQ(withheld("b"), "it is evil");
  EXPECT_EQ(judge.asked("b"), 1);
  settings.judge_version = "two";
  open_and_read();
  EXPECT_EQ(judge.asked("b"), 2);
  settings.judge_version = "";
  open_and_read();
  open_and_read();
  EXPECT_EQ(judge.asked("b"), 4);
}

TEST_F(JudgedSkills, APackageThatChangedBetweenRunsIsJudgedAgain) {
  settings.index = directory / "state/skills.index";
  settings.judge_version = "one";
  open_and_read();
  library.reset();
  std::ofstream(root / "a/run.sh") << "evil";
  judge.say("its script is evil");
  open_and_read();
  EXPECT_EQ(withheld("a"), "its script is evil");
  EXPECT_EQ(judge.asked("b"), 1);
}

}  // namespace
}  // namespace chela::runtime::skills
