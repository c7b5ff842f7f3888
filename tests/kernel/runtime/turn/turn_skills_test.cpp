#include "kernel/runtime/turn/turn_skills.hpp"

#include "kernel/runtime/hooks/hooks.hpp"
#include "kernel/runtime/turn/tool_run.hpp"
#include "tests/kernel/runtime/runtime_fixture.hpp"
#include "tests/kernel/runtime/skills/skill_folders.hpp"
#include "tests/kernel/runtime/turn/seen_turn.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using skills::write_file;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TurnSkillsTest : public RuntimeTest {
 protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    write_file(folders.add("weather", "", "Ask the sky.\n") / "scripts" / "ask.py", "print('sun')\n");
    folders.read();
    with_skills.emplace(SkillSources{.loop = loop, .skills = folders.skills, .judge = [this](const skills::Skill& skill) {
                                       return skill.name == withheld_later ? "it was made hostile" : "";
                                     }});
    skill_context = &*with_skills;
  }
  SeenTurn run(TurnInput input = {.id = "t1", .messages = {user_message("hello")}}) {
    auto with = environment();
    SeenTurn seen;
    std::optional<TurnResult> result;
    loop.spawn("turn", keep(run_turn(with, std::move(input), seen, {}), result));
    run_until([&] { return result.has_value(); });
    return seen;
  }
  std::string system(std::size_t request) const { return plain_text(requests[request].messages[0]["content"]); }
  // What a call of one tool gives the model.
  std::string answer(const std::string& tool, const json& arguments) {
    script = {calls({{"c1", tool, arguments.dump()}}), says("done")};
    return run().conversation.at(1)["content"];
  }

  skills::SkillFolders folders{loop};
  std::optional<SkillContext> with_skills;
  std::string withheld_later;
};

TEST_F(TurnSkillsTest, TheModelIsToldOfSkillsAndLoadsOne) {
  auto text = answer("load_skill", {{"name", "weather"}});
  EXPECT_THAT(system(0), HasSubstr("\n\n## Skills\n"));
  EXPECT_THAT(system(0), HasSubstr("<name>weather</name>"));
  EXPECT_THAT(system(0), Not(HasSubstr("Ask the sky")));
  EXPECT_THAT(requests[0].tools, ElementsAre("load_skill", "read_skill_resource", "alone", "deny", "echo", "hold"));
  EXPECT_THAT(text, HasSubstr("Ask the sky.\n["));
  EXPECT_THAT(text, StartsWith("[text of the skill weather begins"));
  EXPECT_THAT(answer("read_skill_resource", {{"skill", "weather"}, {"path", "scripts/ask.py"}}), HasSubstr("print('sun')"));
}

TEST_F(TurnSkillsTest, RefusalsAreForTheModel) {
  EXPECT_THAT(answer("load_skill", {{"name", "gone"}}), StartsWith("Error: there is no skill gone"));
  EXPECT_THAT(answer("load_skill", json::object()), "Error: load_skill needs the argument `name`");
  EXPECT_THAT(answer("read_skill_resource", {{"skill", "weather"}, {"path", "../x"}}), StartsWith("Error: ../x leads out"));
  withheld_later = "weather";
  EXPECT_EQ(answer("load_skill", {{"name", "weather"}}), "Error: the skill weather is withheld: it was made hostile");
}

TEST_F(TurnSkillsTest, WithoutSkillsNothingIsSaid) {
  std::filesystem::remove_all(folders.root / "weather");
  folders.read();
  script = {says("hi")};
  run();
  EXPECT_THAT(system(0), Not(HasSubstr("## Skills")));
  EXPECT_THAT(requests[0].tools, Not(Contains("load_skill")));
}

TEST_F(TurnSkillsTest, UpstreamsFormWantsAToolThatReads) {
  more_plugins.clear();
  write_manifest(acme, R"("provides": [{"kind": "tool", "id": "acme", "tools": [{"name": "read", "description": "d", "parameters": {}}]}])");
  acme.tool_names = "read\n";
  open({&wire, &acme});
  models.emplace(*set, json::object(), [](const std::string&) { return std::nullopt; });
  tools.emplace(*set, ToolSelection{});
  script = {says("hi"), says("hi"), says("hi")};
  run();
  EXPECT_THAT(system(0), HasSubstr("read exact <location> with `read`"));
  EXPECT_THAT(requests[0].tools, ElementsAre("read"));
  folders.config = {{"skills", {{"prompt", "progressive"}}}};
  folders.skills.forget();
  run();
  EXPECT_THAT(requests[1].tools, ElementsAre("load_skill", "read_skill_resource", "read"));
}

TEST_F(TurnSkillsTest, TheOperatorMayDenyTheTools) {
  tools.emplace(*set, ToolSelection{.allow = {}, .deny = {"load_skill"}});
  script = {says("hi"), says("hi")};
  run();
  EXPECT_THAT(requests[0].tools, Not(Contains("load_skill")));
  EXPECT_THAT(system(0), Not(HasSubstr("## Skills")));
  run({.id = "t2", .messages = {user_message("hello")}, .use_tools = false});
  EXPECT_THAT(requests[1].tools, testing::IsEmpty());
  EXPECT_THAT(system(1), Not(HasSubstr("## Skills")));
}

TEST_F(TurnSkillsTest, ATurnKeepsWhatItBeganWith) {
  script = {[this](const chela_completion* completion) {
              folders.add("second");
              folders.read();
              calls({{"c1", "load_skill", R"({"name":"second"})"}, {"c2", "load_skill", R"({"name":"weather"})"}})(completion);
            },
            says("done"), says("later")};
  auto seen = run();
  EXPECT_THAT(seen.conversation.at(1)["content"], StartsWith("Error: there is no skill second"));
  EXPECT_THAT(seen.conversation.at(2)["content"], HasSubstr("Ask the sky."));
  run();
  EXPECT_THAT(system(1), Not(HasSubstr("second")));
  EXPECT_THAT(system(2), HasSubstr("<name>second</name>"));
}

TEST_F(TurnSkillsTest, TheSystemMessageIsMadeOnceForAllTurns) {
  auto offer = folders.skills.offer("main");
  auto base = system_message(OperatorText{"You are."});
  auto first = with_skills->with_section(base, offer, offer->progressive_section);
  EXPECT_EQ(with_skills->with_section(base, offer, offer->progressive_section), first);
  EXPECT_NE(with_skills->with_section(base, offer, offer->upstream_section), first);
  EXPECT_NE(with_skills->with_section(system_message(OperatorText{"You were."}), offer, offer->progressive_section), first);
}

TEST_F(TurnSkillsTest, WhatIsNotWatchedIsLookedForBeforeEachTurn) {
  bool looked = false;
  auto look = [&]() -> Task<void> {
    constexpr auto note = [](bool& out) -> Task<void> {
      out = true;
      co_return;
    };
    return note(looked);
  };
  SkillContext unwatched({.loop = loop, .skills = folders.skills, .is_current = [] { return false; }, .refresh = look});
  skill_context = &unwatched;
  script = {says("hi")};
  run();
  EXPECT_TRUE(looked);
}

TEST_F(TurnSkillsTest, ASingleToolRunsPastTheSamePolicy) {
  auto with = environment();
  SeenTurn seen;
  auto run_one = [&](const std::string& tool, const std::string& arguments) {
    return await(run_single_tool(with, {.id = "x"}, {.id = "c", .name = tool, .arguments = arguments}, seen, {}));
  };
  EXPECT_EQ(run_one("echo", R"({"text":"pong"})").text, "pong");
  EXPECT_EQ(run_one("echo", "{}").text, "Error: echo needs the argument `text`");
  EXPECT_EQ(run_one("deny", "{}").status, ToolStatus::blocked);
  tools.emplace(*set, ToolSelection{.allow = {}, .deny = {"echo"}});
  EXPECT_EQ(run_one("echo", R"({"text":"pong"})").text, "Error: there is no tool named echo");
}

}  // namespace
}  // namespace chela::runtime
