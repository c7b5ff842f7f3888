#include "kernel/app/skill_roots.hpp"

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class SkillRootsTest : public AppTest {
 protected:
  // "source directory", the test's folder written as HERE.
  std::vector<std::string> roots(std::string_view text, const fs::path& root, std::vector<fs::path> of_plugins = {}) {
    auto config = snapshot(text);
    Home at{root};
    std::vector<std::string> out;
    for (const auto& one : skill_roots({*config, request.environment, at, home / "ws", std::move(of_plugins)})) {
      auto directory = one.directory;
      if (directory.starts_with(home.path().string())) directory = "HERE" + directory.substr(home.path().string().size());
      out.push_back(std::string(name_of(one.source)) + " " + directory);
    }
    return out;
  }
};

TEST_F(SkillRootsTest, StandInTheOrderOfPrecedence) {
  request.environment["OPENCLAW_BUNDLED_SKILLS_DIR"] = (home / "bundled").string();
  auto extra = "{skills: {load: {extraDirs: ['" + (home / "extra").string() + "']}}}";
  EXPECT_THAT(roots(extra, home / ".chela", {home / "plugin"}),
              ElementsAre("openclaw-extra HERE/extra", "openclaw-extra HERE/plugin", "openclaw-bundled HERE/bundled",
                          "openclaw-managed HERE/.chela/skills", "agents-skills-personal HERE/.agents/skills",
                          "agents-skills-project HERE/ws/.agents/skills", "openclaw-workspace HERE/ws/skills"));
  EXPECT_THAT(roots("{}", home / "elsewhere"), testing::Not(testing::Contains(HasSubstr("personal"))));
  request.environment.erase("OPENCLAW_BUNDLED_SKILLS_DIR");
  EXPECT_THAT(roots("{}", home / "elsewhere"), testing::Contains(testing::EndsWith("/lib/skills")));
}

TEST_F(SkillRootsTest, FoldersOfPluginsLieInThem) {
  fs::create_directories(home / "plugin" / "skills");
  fs::create_directories(home / "outside");
  fs::create_directory_symlink(home / "outside", home / "plugin" / "link");
  plugins::Manifest manifest;
  manifest.id = "acme";
  manifest.directory = home / "plugin";
  manifest.skills = {"skills", "./", "gone", "../outside", "link", (home / "outside").string()};
  std::vector<std::string> problems;
  EXPECT_THAT(skill_folders(manifest, problems), ElementsAre(home / "plugin" / "skills", home / "plugin"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("gone is not there"), HasSubstr("../outside lies outside of it"),
                                    HasSubstr("link lies outside of it"), HasSubstr("lies outside of it")));
}

TEST_F(SkillRootsTest, LimitsAndRepairsAreThoseOfTheFile) {
  auto plain = skill_discovery(*snapshot("{}"));
  EXPECT_EQ(plain.limits.skills_max, 200u);
  EXPECT_FALSE(plain.load.any_case || plain.load.manifest.platform_names);
  auto set = skill_discovery(*snapshot("{skills: {limits: {maxSkillsLoadedPerSource: 7, maxCandidatesPerRoot: 8, "
                                       "maxSkillFileBytes: 9}, load: {repair: true, allowSymlinkTargets: ['/a']}}}"));
  EXPECT_EQ(set.limits.skills_max, 7u);
  EXPECT_EQ(set.limits.candidates_max, 8u);
  EXPECT_EQ(set.limits.file_bytes_max, 9u);
  EXPECT_TRUE(set.load.any_case && set.load.manifest.later_namespaces && set.load.manifest.named_env);
  EXPECT_THAT(set.link_targets, ElementsAre("/a"));
}

}  // namespace
}  // namespace chela::app
