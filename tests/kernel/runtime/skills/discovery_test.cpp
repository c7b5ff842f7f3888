#include "kernel/runtime/skills/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class SkillDiscovery : public testing::Test {
 protected:
  std::string add(const fs::path& directory, const std::string& name, const std::string& description = "d") {
    fs::create_directories(directory);
    std::ofstream(directory / "SKILL.md") << "---\nname: " << name << "\ndescription: " << description << "\n---\n";
    return directory;
  }
  std::vector<std::string> names(const fs::path& root, Source source = Source::workspace) {
    loaded_ = load_root({root, source}, settings_);
    std::vector<std::string> out;
    for (const auto& one : loaded_.skills) out.push_back(one.skill.name);
    return out;
  }
  bool reported(std::string_view words) const {
    return std::ranges::any_of(loaded_.diagnostics, [&](const auto& one) { return one.message.contains(words); });
  }
  TemporaryDirectory directory_;
  fs::path root_ = directory_ / "root";
  DiscoverySettings settings_;
  LoadedRoot loaded_;
};

TEST_F(SkillDiscovery, ADirectoryWithASkillIsNotSearchedBelow) {
  add(root_ / "b", "b");
  add(root_ / "b/inner", "inner");
  add(root_ / "group/deep/c", "c");
  add(root_ / ".hidden", "hidden");
  add(root_ / "node_modules/x", "x");
  fs::create_directories(root_ / "broken");
  std::ofstream(root_ / "broken/SKILL.md") << "no frontmatter";
  EXPECT_THAT(names(root_), ElementsAre("b", "c"));
  EXPECT_TRUE(reported("description is required"));
}

TEST_F(SkillDiscovery, DepthsAreThoseOfTheSource) {
  add(root_ / "1/2/3/4/5/six", "six");
  add(root_ / "1/2/3/4/5/6/seven", "seven");
  add(root_ / "two/b", "two");
  EXPECT_THAT(names(root_), ElementsAre("six", "two"));
  EXPECT_THAT(names(root_, Source::extra), ElementsAre("two"));
}

TEST_F(SkillDiscovery, ANestedRootIsSearchedAloneUnlessSkillsStandBesideIt) {
  add(root_ / "skills/a", "a");
  fs::create_directories(root_ / "src/deep");
  EXPECT_THAT(names(root_), ElementsAre("a"));
  add(root_, "whole");
  EXPECT_THAT(names(root_), ElementsAre("whole"));
  fs::remove(root_ / "SKILL.md");
  add(root_ / "beside", "beside");
  EXPECT_THAT(names(root_), ElementsAre("beside", "a"));
}

TEST_F(SkillDiscovery, LinksLeadOutOnlyWhereTheSourceAllowsIt) {
  auto outside = add(directory_ / "outside/o", "o");
  fs::create_directories(root_);
  fs::create_directory_symlink(outside, root_ / "link");
  fs::create_directory_symlink(directory_ / "nowhere", root_ / "dead");
  EXPECT_THAT(names(root_), ElementsAre());
  EXPECT_TRUE(reported("outside its configured root"));
  EXPECT_THAT(names(root_, Source::managed), ElementsAre("o"));
  EXPECT_EQ(loaded_.skills[0].skill.base_dir, fs::canonical(outside));
  settings_.link_targets = {directory_ / "outside"};
  EXPECT_THAT(names(root_), ElementsAre("o"));
  EXPECT_THAT(names(root_, Source::bundled), ElementsAre());
}

TEST_F(SkillDiscovery, TheFileItselfStaysInsideAndHasOneName) {
  auto outside = add(directory_ / "outside", "o");
  fs::create_directories(root_ / "a");
  fs::create_symlink(directory_ / "outside/SKILL.md", root_ / "a/SKILL.md");
  add(root_ / "b", "b");
  fs::create_hard_link(root_ / "b/SKILL.md", directory_ / "other");
  add(root_ / "c", "c");
  fs::rename(root_ / "c/SKILL.md", root_ / "c/real.md");
  fs::create_symlink("real.md", root_ / "c/SKILL.md");
  EXPECT_THAT(names(root_), ElementsAre("c"));
  EXPECT_EQ(loaded_.diagnostics.size(), 2u);
  EXPECT_THAT(names(root_, Source::bundled), ElementsAre("b", "c"));
}

TEST_F(SkillDiscovery, LimitsCutAndSaySo) {
  for (auto name : {"a", "b", "c", "d"}) add(root_ / name, name);
  settings_.limits.skills_max = 2;
  EXPECT_THAT(names(root_), ElementsAre("a", "b"));
  settings_.limits = {.candidates_max = 3};
  EXPECT_THAT(names(root_), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(reported("discovery limit"));
  settings_.limits = {.file_bytes_max = 10};
  EXPECT_THAT(names(root_), ElementsAre());
  EXPECT_TRUE(reported("File exceeds 10 bytes"));
}

TEST_F(SkillDiscovery, OtherSpellingsCountWhereThatIsSet) {
  add(root_ / "a", "a");
  fs::rename(root_ / "a/SKILL.md", root_ / "a/skill.md");
  EXPECT_EQ(load_skill(root_ / "a", Source::workspace).error().kind, LoadProblem::missing);
  auto loaded = load_skill(root_ / "a", Source::workspace, {.any_case = true});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->skill.notes.size(), 1u);
}

TEST_F(SkillDiscovery, LaterRootsWinAndListsAreInTheOrderOfPeople) {
  add(directory_ / "one/x", "same", "first");
  add(directory_ / "one/y", "Zebra");
  add(directory_ / "one/z", "apple");
  auto winner = add(directory_ / "two/x", "same", "second");
  auto set = load_skills({{directory_ / "one", Source::bundled},
                          {directory_ / "two", Source::workspace},
                          {directory_ / "none", Source::managed}},
                         {});
  ASSERT_EQ(set.skills.size(), 3u);
  EXPECT_EQ(set.skills[0].name, "apple");
  EXPECT_EQ(set.skills[1].description, "second");
  EXPECT_EQ(set.skills[2].name, "Zebra");
  ASSERT_EQ(set.diagnostics.size(), 1u);
  EXPECT_TRUE(set.diagnostics[0].message.contains(winner));
}

}  // namespace
}  // namespace chela::runtime::skills
