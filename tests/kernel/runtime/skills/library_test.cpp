#include "kernel/runtime/skills/library.hpp"

#include "tests/kernel/runtime/skills/library_fixture.hpp"

namespace chela::runtime::skills {
namespace {

using namespace std::chrono_literals;

TEST_F(SkillLibrary, IsEmptyUntilItIsAsked) {
  add(root / "a", "a");
  open();
  EXPECT_EQ(version(), 0u);
  EXPECT_THAT(names(), IsEmpty());
  refresh();
  EXPECT_EQ(version(), 1u);
  EXPECT_EQ(changes, 1);
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(SkillLibrary, AFolderThatIsDroppedInIsLive) {
  add(root / "a", "a");
  open_and_read();
  add(root / "b", "b");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
  EXPECT_EQ(version(), 2u);
  add(root / "group/deep/c", "c");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a", "b", "c"));
}

TEST_F(SkillLibrary, ChangesWaitUntilTheyAreQuiet) {
  add(root / "a", "a");
  open_and_read();
  add(root / "a", "a", "other");
  loop.run_ready();
  clock.advance(249ms);
  loop.run_ready();
  EXPECT_EQ(loop.task_count(), 0u);
  clock.advance(1ms);
  loop.run_ready();
  EXPECT_EQ(loop.task_count(), 1u);
  run_until(loop, [&] { return changes == 2; });
}

TEST_F(SkillLibrary, AFileThatIsWrittenAnewIsReadAnew) {
  add(root / "a", "a", "before");
  open_and_read();
  auto before = library->current();
  add(root / "a", "a", "after!");
  await_change();
  EXPECT_EQ(library->current()->set.skills[0].description, "after!");
  EXPECT_EQ(before->set.skills[0].description, "before");  // who holds it keeps it
  fs::rename(root / "a/SKILL.md", root / "a/other.md");
  await_change();
  EXPECT_THAT(names(), IsEmpty());
  fs::rename(root / "a/other.md", root / "a/SKILL.md");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(SkillLibrary, AFolderThatGoesOrIsRenamedTakesItsSkillAlong) {
  add(root / "a", "a");
  add(root / "b", "b");
  open_and_read();
  fs::remove_all(root / "a");
  await_change();
  EXPECT_THAT(names(), ElementsAre("b"));
  fs::rename(root / "b", root / "moved");
  await_change();
  EXPECT_THAT(names(), ElementsAre("b"));
  EXPECT_EQ(library->current()->set.skills[0].base_dir, root / "moved");
  add(root / "moved", "b2");  // the folder is watched where it is now
  await_change();
  EXPECT_THAT(names(), ElementsAre("b2"));
}

TEST_F(SkillLibrary, AMovedGroupIsWatchedWhereItIs) {
  add(root / "group/a", "a");
  open_and_read();
  fs::rename(root / "group", root / "other");
  await_change();
  EXPECT_EQ(library->current()->set.skills[0].base_dir, root / "other/a");
  add(root / "other/a", "a2");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a2"));
}

TEST_F(SkillLibrary, ARootMayComeLaterGoAndComeBack) {
  settings.roots = {{directory / "x/y/root", Source::workspace}};
  open_and_read();
  EXPECT_THAT(names(), IsEmpty());
  add(directory / "x/y/root/a", "a");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a"));
  fs::rename(directory / "x", directory / "away");
  await_change();
  EXPECT_THAT(names(), IsEmpty());
  fs::rename(directory / "away", directory / "x");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a"));
  add(directory / "x/y/root/b", "b");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
}

TEST_F(SkillLibrary, ARootThatIsALinkMayLeadElsewhere) {
  add(directory / "one/a", "a");
  add(directory / "two/b", "b");
  fs::create_directory_symlink("one", root);
  open_and_read();
  EXPECT_THAT(names(), ElementsAre("a"));
  fs::create_directory_symlink("two", directory / "next");
  fs::rename(directory / "next", root);
  await_change();
  EXPECT_THAT(names(), ElementsAre("b"));
}

TEST_F(SkillLibrary, ASkillBehindALinkIsWatched) {
  add(directory / "outside/o", "o");
  fs::create_directories(root);
  settings.roots = {{root, Source::managed}};
  open_and_read();
  fs::create_directory_symlink(directory / "outside/o", root / "link");
  await_change();
  EXPECT_THAT(names(), ElementsAre("o"));
  add(directory / "outside/o", "o2");
  await_change();
  EXPECT_THAT(names(), ElementsAre("o2"));
}

TEST_F(SkillLibrary, TwoChangesAtOnceAreOne) {
  add(root / "a", "a");
  add(root / "b", "b");
  open_and_read();
  add(root / "a", "a", "other");
  fs::remove_all(root / "b");
  add(root / "c", "c");
  await_change();
  EXPECT_THAT(names(), ElementsAre("a", "c"));
  EXPECT_EQ(version(), 2u);
}

TEST_F(SkillLibrary, WhatMovesNoWinnerMovesNoVersion) {
  add(root / "a", "a");
  settings.roots.insert(settings.roots.begin(), Root{directory / "low", Source::extra});
  open_and_read();
  auto before = library->current();
  settle();
  EXPECT_EQ(library->current(), before);
  std::ofstream(root / "a/notes.txt") << "x";
  std::ofstream(root / "README.md") << "x";
  add(root / "a", "a");                       // the same text
  add(directory / "low/a", "a", "shadowed");  // a loser
  refresh();
  EXPECT_EQ(version(), 1u);
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(reported("replaces it"));  // which is said all the same
}

TEST_F(SkillLibrary, AWinnerThatGoesUncoversTheOneBelow) {
  settings.roots.insert(settings.roots.begin(), Root{directory / "low", Source::extra});
  add(root / "a", "a", "high");
  add(directory / "low/a", "a", "low");
  open_and_read();
  EXPECT_EQ(library->current()->set.skills[0].description, "high");
  fs::remove_all(root / "a");
  await_change();
  EXPECT_EQ(library->current()->set.skills[0].description, "low");
  add(root / "a", "a", "high");
  await_change();
  EXPECT_EQ(library->current()->set.skills[0].description, "high");
}

TEST_F(SkillLibrary, WhatCannotBeReadIsSaidAndReadWhenItCan) {
  add(root / "good", "good");
  fs::create_directories(root / "dead");
  fs::create_symlink("nowhere.md", root / "dead/SKILL.md");
  fs::create_directories(root / "folder/SKILL.md");
  fs::create_directories(root / "bare");
  std::ofstream(root / "bare/SKILL.md") << "no frontmatter";
  open_and_read();
  EXPECT_THAT(names(), ElementsAre("good"));
  EXPECT_EQ(library->current()->set.diagnostics.size(), 3u);
  EXPECT_TRUE(reported("description is required"));
  EXPECT_TRUE(reported("not a regular file"));
  std::ofstream(root / "dead/nowhere.md") << "---\nname: dead\ndescription: d\n---\n";
  settle();
  EXPECT_THAT(names(), ElementsAre("dead", "good"));
}

TEST_F(SkillLibrary, WhereItWasInstalledFromIsReadWhenItIsWritten) {
  add(root / "a", "a");
  open_and_read();
  EXPECT_EQ(library->current()->set.skills[0].key(), "a");
  fs::create_directories(root / "a/.openclaw");
  for (std::string slug : {"one", "two"}) {
    std::ofstream(root / "a/.openclaw/source-origin.json") << "{\"slug\":\"" << slug << "\"}";
    await_change();
    EXPECT_EQ(library->current()->set.skills[0].key(), slug);
  }
}

TEST_F(SkillLibrary, WithoutAWatchChangesAreSeenWhenItIsAsked) {
  settings.watch = false;
  add(root / "a", "a");
  open_and_read();
  EXPECT_FALSE(library->is_watching());
  add(root / "b", "b");
  refresh();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
  EXPECT_THAT(log->lines, IsEmpty());
}

TEST_F(SkillLibrary, WhenTheWatchesAreUsedUpItSaysSoAndLooksWhenAsked) {
  settings.watches_max = 1;
  add(root / "a", "a");
  open_and_read();
  EXPECT_FALSE(library->is_watching());
  ASSERT_EQ(log->lines.size(), 1u);
  EXPECT_THAT(log->lines[0], HasSubstr("skills are not watched"));
  add(root / "a", "a2");
  refresh();
  EXPECT_THAT(names(), ElementsAre("a2"));
  EXPECT_EQ(log->lines.size(), 1u);
  settings.watches_max = 100;
  library->configure(settings);
  settle();
  EXPECT_TRUE(library->is_watching());
}

TEST_F(SkillLibrary, IsConfiguredAnew) {
  add(root / "a", "a");
  add(directory / "other/b", "b");
  open_and_read();
  settings.roots = {{directory / "other", Source::workspace}};
  library->configure(settings);
  settle();
  EXPECT_THAT(names(), ElementsAre("b"));
  EXPECT_EQ(version(), 2u);
  add(root / "c", "c");
  add(directory / "other/d", "d");
  await_change();
  EXPECT_THAT(names(), ElementsAre("b", "d"));
  settings.discovery.limits.file_bytes_max = 10;
  library->configure(settings);
  settle();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(SkillLibrary, MayEndWhileItLooks) {
  for (int i = 0; i < 50; ++i) add(root / std::to_string(i), "skill-" + std::to_string(i));
  open();
  bool done = false;
  loop.spawn("refresh", refresh_then(&*library, &done));
  library.reset();
  run_until(loop, [&] { return done && loop.task_count() == 0; });
}

}  // namespace
}  // namespace chela::runtime::skills
