#include "kernel/runtime/commands/table.hpp"

#include "tests/kernel/runtime/commands/scripted_commands.hpp"
#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {
namespace {

class SessionCommandTest : public SessionTest {
 protected:
  void SetUp() override {
    write_manifest(bot, R"("provides": [{"kind": "command", "id": "ask", "acceptsArgs": true}])");
    SessionTest::SetUp();
    PluginTest::open({&wire, &acme, &bot});
    models.emplace(*set, nlohmann::json::object(), [](const std::string&) { return std::nullopt; });
    tools.emplace(*set, ToolSelection{});
    table.emplace(*set);
    table->refresh();
    chat_commands = &*table;
    begin_again();
    session = open();
    session->add_listener(heard);
  }
  void TearDown() override {
    if (session) session->remove_listener(heard);
    session.reset();
    SessionTest::TearDown();
  }
  void command(std::string text, bool authorized = true) {
    auto accepted = submit(*session, {.text = std::move(text), .message_id = "m", .sender = {"ada", authorized}});
    ASSERT_TRUE(accepted) << accepted.error().message;
    until_idle(*session);
  }

  plugins::ScriptedPlugin& bot = plugin("bot");
  ScriptedCommands commands{bot};
  std::optional<CommandTable> table;
  std::shared_ptr<Session> session;
  Heard heard;
};

TEST_F(SessionCommandTest, ACommandIsAnsweredWithoutTheModel) {
  commands.answer = [](const chela_command_call* call) {
    call->progress(call, to_abi("looking"));
    call->complete(call, CHELA_OK, to_abi("42"));
  };
  command("/ask this");
  EXPECT_THAT(heard.lines(), testing::ElementsAre("message_accepted m", "typing_start", "reasoning_chunk looking",
                                                  "assistant_chunk 42", "assistant_done stop 42", "typing_stop"));
  EXPECT_TRUE(requests.empty());
  auto said = transcript(*sessions);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0]["text"], "/ask this");
  EXPECT_EQ(said[1]["text"], "42");
  EXPECT_FALSE(said[1].contains("status"));
}

TEST_F(SessionCommandTest, WhatIsNoCommandIsATurn) {
  talk(*session, "/unknown thing", "No idea.");
  EXPECT_THAT(given(), testing::ElementsAre("user /unknown thing"));
  EXPECT_TRUE(commands.seen.empty());
}

TEST_F(SessionCommandTest, TheModelIsToldNothingOfItNowOrInALaterLife) {
  commands.answer = ScriptedCommands::says("42");
  talk(*session, "hello", "Hi.");
  command("/ask this");
  talk(*session, "and now", "Well.");
  EXPECT_THAT(given(), testing::ElementsAre("user hello", "assistant Hi.", "user and now"));
  auto again = open_in(begin_second_life());
  talk(*again, "still there?", "Yes.");
  EXPECT_THAT(given(), testing::ElementsAre("user hello", "assistant Hi.", "user and now", "assistant Well.",
                                            "user still there?"));
}

TEST_F(SessionCommandTest, ItMayLetTheAgentGoOn) {
  commands.answer = ScriptedCommands::says("Noted.", R"({"continueAgent": true})");
  script.push_back(says("I see."));
  command("/ask this");
  EXPECT_THAT(given(), testing::ElementsAre("user /ask this"));
  EXPECT_EQ(heard.lines()[heard.events.size() - 2], "assistant_done stop Noted.\n\nI see.");
  EXPECT_EQ(transcript(*sessions)[1]["text"], "Noted.\n\nI see.");
  auto again = open_in(begin_second_life());
  talk(*again, "more", "Ok.");
  EXPECT_THAT(given(), testing::ElementsAre("user /ask this", "assistant I see.", "user more"));
}

TEST_F(SessionCommandTest, ItMayTellTheAgentSomethingBeforeTheMessage) {
  table->add({.name = "use", .accepts_args = true, .built_in = [](CommandInput) -> Task<Result<CommandAnswer>> {
                co_return CommandAnswer{.continue_agent = true, .agent_prefix = "Use it.\n"};
              }});
  script.push_back(says("I do."));
  command("/use this");
  EXPECT_THAT(given(), testing::ElementsAre("user Use it.\n/use this"));
  EXPECT_EQ(transcript(*sessions)[0]["text"], "/use this");
  EXPECT_EQ(transcript(*sessions)[1]["text"], "I do.");
  talk(*session, "more", "Ok.");
  EXPECT_THAT(given(), testing::ElementsAre("user Use it.\n/use this", "assistant I do.", "user more"));
}

TEST_F(SessionCommandTest, ItMaySayNothing) {
  commands.answer = ScriptedCommands::says("for nobody", R"({"suppressReply": true})");
  command("/ask");
  EXPECT_THAT(heard.lines(),
              testing::ElementsAre("message_accepted m", "typing_start", "assistant_done stop", "typing_stop"));
  EXPECT_EQ(transcript(*sessions)[1]["text"], "");
}

TEST_F(SessionCommandTest, ItsFailureIsThatOfTheMessage) {
  commands.answer = ScriptedCommands::fails(CHELA_UNAVAILABLE, "away");
  command("/ask");
  EXPECT_THAT(heard.lines(),
              testing::ElementsAre("message_accepted m", "typing_start", "error unavailable /ask (plugin bot): away",
                                   "assistant_done error", "typing_stop"));
  EXPECT_EQ(transcript(*sessions)[1]["status"], "error");
  talk(*session, "go on", "Yes.");
  EXPECT_THAT(given(), testing::ElementsAre("user go on"));
}

TEST_F(SessionCommandTest, WordsThatStandAloneAreWhatIsLookedAt) {
  commands.answer = ScriptedCommands::says("42");
  ASSERT_TRUE(submit(*session, {.text = "[Ada, 12:00] /ask this", .message_id = "m", .command = "/ask this",
                                .sender = {"ada", true}}));
  until_idle(*session);
  ASSERT_EQ(commands.seen.size(), 1u);
  EXPECT_EQ(commands.seen[0].arguments, "this");
  EXPECT_EQ(commands.seen[0].context["commandBody"], "/ask this");
  EXPECT_EQ(transcript(*sessions)[0]["text"], "[Ada, 12:00] /ask this");
}

TEST_F(SessionCommandTest, AStrangerIsRefused) {
  command("/ask", false);
  EXPECT_THAT(heard.lines(), testing::Contains(testing::StartsWith("error denied")));
  EXPECT_TRUE(commands.seen.empty());
}

TEST_F(SessionCommandTest, StopEndsIt) {
  std::optional<Result<Accepted>> accepted;
  begin_submit(*session, {.text = "/ask", .sender = {"ada", true}}, accepted);
  run_until([&] { return !commands.seen.empty(); });
  session->stop();
  until_idle(*session);
  EXPECT_THAT(heard.lines(), testing::Contains("assistant_done cancelled"));
  EXPECT_EQ(commands.cancelled.size(), 1u);
}

}  // namespace
}  // namespace chela::runtime
