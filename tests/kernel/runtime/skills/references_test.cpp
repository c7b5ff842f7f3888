#include "kernel/runtime/skills/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kernel/runtime/skills/skill_folders.hpp"

namespace chela::runtime::skills {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SkillReferences, AreNamesWithSmallLettersBehindADollar) {
  EXPECT_THAT(referenced_names("use $weather, then $git-hub:: and $a_b."), ElementsAre("weather", "git-hub", "a_b"));
  EXPECT_THAT(referenced_names("$HOME costs $5 and $ alone"), IsEmpty());
  EXPECT_THAT(referenced_names(R"(\$no \\$yes \\\$no)"), ElementsAre("yes"));
  EXPECT_THAT(referenced_names("$x$y"), ElementsAre("x", "y"));
}

class SkillReferencesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"weather", "Git Hub", "secret"}) folders.add(name);
    folders.add("quiet", "disable-model-invocation: true\n");
    folders.add("machine", "user-invocable: false\n");
    folders.config = {{"agents", {{"defaults", {{"skills", {"weather", "Git Hub", "quiet", "machine"}}}}}}};
    folders.read();
  }
  Result<std::string> expand(std::string_view text, bool by_tool = false) {
    return expand_references(text, *folders.skills.offer("main"), *folders.skills.offer_of_all(), by_tool);
  }

  Loop loop;
  SkillFolders folders{loop};
};

TEST_F(SkillReferencesTest, PutTheSkillsBeforeTheMessage) {
  EXPECT_EQ(expand("ask $weather and $git_hub and $weather").value(),
            "Use the following explicitly referenced skills for this request. Read each skill's SKILL.md before acting:\n"
            "- weather\n- Git Hub\n\nUser request:\nask $weather and $git_hub and $weather");
  EXPECT_THAT(expand("ask $weather", true).value(), HasSubstr("Load each with `load_skill` before acting:\n- weather\n"));
}

TEST_F(SkillReferencesTest, WhatTheModelCannotSeeIsNamedWithItsFile) {
  EXPECT_THAT(expand("$quiet").value(), HasSubstr("- quiet (SKILL.md: " + (folders.root / "quiet").string() + "/SKILL.md)\n"));
  EXPECT_THAT(expand("$quiet", true).value(), HasSubstr("- quiet\n"));
}

TEST_F(SkillReferencesTest, OtherWordsStayAsTheyAre) {
  for (const char* text : {"$unknown thing", "no reference", "/weather $weather", "$machine", "it costs $10"}) {
    EXPECT_EQ(expand(text).value(), text);
  }
}

TEST_F(SkillReferencesTest, WhatTheAgentMayNotUseIsAnError) {
  auto refused = expand("$weather and $secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("secret"));
}

TEST_F(SkillReferencesTest, ThereAreLimits) {
  folders.config = nlohmann::json::object();
  std::string text;
  for (int i = 0; i < 9; ++i) {
    folders.add("skill" + std::to_string(i) + "x");
    text += " $skill" + std::to_string(i) + "x";
  }
  folders.read();
  folders.skills.forget();
  EXPECT_EQ(expand(text).error().code, ErrorCode::too_large);
  EXPECT_TRUE(expand(text.substr(0, text.rfind(' '))));

  write_file(folders.root / "deep" / "SKILL.md", "---\nname: " + std::string(520, 'n') + "\ndescription: d\n---\n");
  folders.read();
  EXPECT_EQ(expand("$" + std::string(520, 'n')).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace chela::runtime::skills
