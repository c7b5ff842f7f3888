#include "kernel/runtime/skills/prompt.hpp"

#include <gtest/gtest.h>

#include "kernel/runtime/skills/command_names.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

std::vector<PromptSkill> many(std::size_t count) {
  std::vector<PromptSkill> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(
        {"skill-" + std::to_string(i), std::string(100, 'd') + " 😀 more", "/s/" + std::to_string(i) + "/SKILL.md"});
  }
  return out;
}

TEST(SkillsPrompt, IsUpstreamsTextInTheOrderOfNames) {
  auto prompt = make_prompt({{"b", "x < y & \"z\"", "/s/b/SKILL.md"}, {"A", "it's", "~/a/SKILL.md"}});
  EXPECT_EQ(prompt.included, 2u);
  EXPECT_EQ(
      prompt.text,
      "\n\nThe following skills provide specialized instructions for specific tasks.\n"
      "Read a skill's file at its listed location when the task matches its description.\n"
      "When a skill file references a relative path, resolve it against the skill directory (parent of SKILL.md / "
      "dirname of the path) and use that absolute path in tool commands.\n"
      "\n<available_skills>\n  <skill>\n    <name>A</name>\n    <description>it&apos;s</description>\n"
      "    <location>~/a/SKILL.md</location>\n  </skill>\n  <skill>\n    <name>b</name>\n"
      "    <description>x &lt; y &amp; &quot;z&quot;</description>\n    <location>/s/b/SKILL.md</location>\n"
      "  </skill>\n</available_skills>");
  EXPECT_EQ(make_prompt({}).text, "");
}

TEST(SkillsPrompt, ShortensDescriptionsBeforeItLeavesSkillsOut) {
  auto shorter = make_prompt(many(20), {.units_max = 4'000});
  EXPECT_EQ(shorter.included, 20u);
  EXPECT_TRUE(shorter.text.starts_with("⚠️ Skills catalog using compact format (descriptions shortened)."));
  auto fewer = make_prompt(many(20), {.units_max = 1'500});
  EXPECT_LT(fewer.included, 20u);
  EXPECT_TRUE(fewer.text.contains("of 20 (compact format, descriptions omitted)"));
  for (const auto& one : {shorter, fewer}) EXPECT_LE(utf16_length(one.text), one.included == 20 ? 4'000u : 1'500u);
  auto counted = make_prompt(many(5), {.skills_max = 2});
  EXPECT_TRUE(counted.text.starts_with("⚠️ Skills truncated: included 2 of 5. Run"));
  EXPECT_EQ(make_prompt(many(3), {.units_max = 100}).text, "");
}

TEST(SkillsPrompt, TheProgressiveFormNamesNoPlaces) {
  auto prompt = make_prompt({{"a", "x < y", "/s/a/SKILL.md"}}, {}, CatalogueForm::progressive);
  EXPECT_TRUE(prompt.text.ends_with("<available_skills>\n  <skill>\n    <name>a</name>\n    <description>x &lt; y</description>\n"
                                    "  </skill>\n</available_skills>"));
  EXPECT_TRUE(prompt.text.contains("call `load_skill` when the task matches its description."));
  EXPECT_FALSE(prompt.text.contains("SKILL.md"));
  auto fewer = make_prompt(many(200), {}, CatalogueForm::progressive);
  EXPECT_TRUE(fewer.text.contains("Run `chela skills check` to see all."));
  EXPECT_EQ(skills_section("", CatalogueForm::progressive), "");
  EXPECT_TRUE(skills_section(prompt.text, CatalogueForm::progressive).starts_with("## Skills\nSkills are instructions"));
}

TEST(SkillsPrompt, SmallContextsCutDescriptionsAndNothingElse) {
  auto prompt = make_prompt({{"a", std::string(300, 'x') + " <b>&amp;", "/s/a/SKILL.md"}, {"b", "short", "/s/b/SKILL.md"}});
  EXPECT_EQ(shorten_for_context(prompt.text, 0), prompt.text);
  EXPECT_EQ(shorten_for_context(prompt.text, 5 * utf16_length(prompt.text)), prompt.text);
  auto cut = shorten_for_context(prompt.text, 5 * (utf16_length(prompt.text) - 150));
  EXPECT_TRUE(cut.contains(std::string(150, 'x')) && cut.contains("x...</description>")) << cut;
  EXPECT_LE(utf16_length(cut), utf16_length(prompt.text) - 150);
  auto least = shorten_for_context(prompt.text, 100);
  EXPECT_TRUE(least.contains("<description>" + std::string(61, 'x') + "...</description>")) << least;
  EXPECT_TRUE(least.contains("<description>short</description>") && least.ends_with("</available_skills>"));
}

TEST(SkillsPrompt, HomesAreWrittenShort) {
  EXPECT_EQ(compact_home("/people/a/x/SKILL.md", {"/people/a", "/people"}), "~/x/SKILL.md");
  EXPECT_EQ(compact_home("/people/ab/x", {"/people/a"}), "/people/ab/x");
}

TEST(SkillCommands, NamesAreShortPlainAndDistinct) {
  EXPECT_EQ(command_name_of(" My  Great-Skill! "), "my_great_skill");
  EXPECT_EQ(command_name_of("天气"), "skill");
  std::string long_name(40, 'x');
  auto names = command_names({"a b", "A-B", "help", long_name, long_name}, {"Help"});
  EXPECT_EQ(names,
            (std::vector<std::string>{"a_b", "a_b_2", "help_2", std::string(32, 'x'), std::string(30, 'x') + "_2"}));
  EXPECT_EQ(find_called("A B", {"x", "a-b"}, {"x", "a_b"}), 1u);
  EXPECT_EQ(find_called("c", {"x"}, {"x"}), std::string::npos);
}

}  // namespace
}  // namespace chela::runtime::skills
