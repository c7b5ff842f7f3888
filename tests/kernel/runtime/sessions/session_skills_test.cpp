#include "kernel/runtime/turn/skill_context.hpp"

#include "tests/kernel/runtime/sessions/session_fixture.hpp"
#include "tests/kernel/runtime/skills/skill_folders.hpp"

namespace chela::runtime {
namespace {

class SessionSkillsTest : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    folders.add("weather");
    folders.add("secret");
    folders.config = {{"agents", {{"defaults", {{"skills", {"weather"}}}}}}};
    folders.read();
    with_skills.emplace(SkillSources{.loop = loop, .skills = folders.skills});
    skill_context = &*with_skills;
    begin_again();
    session = open();
    session->add_listener(heard);
  }
  void TearDown() override {
    session->remove_listener(heard);
    session.reset();
    SessionTest::TearDown();
  }

  skills::SkillFolders folders{loop};
  std::optional<SkillContext> with_skills;
  std::shared_ptr<Session> session;
  Heard heard;
};

TEST_F(SessionSkillsTest, SkillsThatAMessageNamesStandBeforeIt) {
  talk(*session, "ask $weather", "Sunny.");
  EXPECT_THAT(given(), testing::ElementsAre("user Use the following explicitly referenced skills for this request. Load "
                                            "each with `load_skill` before acting:\n- weather\n\nUser request:\nask "
                                            "$weather"));
  EXPECT_EQ(transcript(*sessions)[0]["text"], "ask $weather");
}

TEST_F(SessionSkillsTest, OneThatTheAgentMayNotUseIsRefusedBeforeTheModelIsAsked) {
  auto accepted = submit(*session, {.text = "tell $secret", .message_id = "m"});
  ASSERT_TRUE(accepted);
  until_idle(*session);
  EXPECT_THAT(heard.lines(), testing::Contains(testing::StartsWith("error denied the skill secret is not for this agent")));
  EXPECT_TRUE(requests.empty());
  talk(*session, "go on", "Yes.");
  EXPECT_THAT(given(), testing::ElementsAre("user go on"));
}

}  // namespace
}  // namespace chela::runtime
