// What a session remembers: across restarts, of client tools, of long conversations.

#include "kernel/runtime/sessions/session.hpp"

#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {
namespace {

using testing::ElementsAre;

TEST_F(SessionTest, AfterARestartTheConversationGoesOnAndNumbersDoNotComeAgain) {
  auto session = open();
  talk(*session, "a", "b");
  auto later = open_in(begin_second_life());
  EXPECT_GT(later->seq(), 1'000'000u);
  EXPECT_FALSE(later->events_after(session->seq()).complete);
  talk(*later, "c", "d");
  EXPECT_THAT(given(), ElementsAre("user a", "assistant b", "user c"));
  EXPECT_EQ(later->summary().message_count, 4u);
  EXPECT_EQ(later->summary().identity.peer, "me");
}

TEST_F(SessionTest, ATurnThatWasCutOffIsShownAsSuchAndTheConversationGoesOn) {
  auto session = open();
  script = {calls({{"c1", "echo", R"({"text":"kept"})"}}), calls({{"c2", "hold"}}, "One moment.")};
  say(*session, "first");
  run_until([this] { return held_calls.size() == 1; });
  flush();
  auto& sessions_after = begin_second_life();
  auto messages = transcript(sessions_after);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1]["status"], "error");
  EXPECT_EQ(messages[1]["error"], "the gateway was stopped before the answer was complete");
  EXPECT_EQ(messages[1]["toolCalls"][0]["result"], "kept");
  EXPECT_EQ(transcript(*sessions)[1]["status"], "running") << "in the life where it runs";

  auto later = open_in(sessions_after);
  say(*later, "second");
  until_open();
  EXPECT_THAT(given(), ElementsAre("user first", "calls", "tool c1 kept", "user second"));
  messages = transcript(sessions_after);
  EXPECT_EQ(messages[1]["status"], "error") << "still, while another turn runs";
  EXPECT_EQ(messages[3]["status"], "running");
  says("here")(std::exchange(open_completion, nullptr));
  until_idle(*later);
  EXPECT_FALSE(transcript(sessions_after)[3].contains("status"));
}

TEST_F(SessionTest, CallsThatWereNeverAnsweredAreClosedAfterARestart) {
  auto session = open();
  // Both are called at once; the process ends when one has answered.
  script = {calls({{"c1", "echo", R"({"text":"kept"})"}, {"c2", "alone"}})};
  say(*session, "first");
  run_until([this] { return held_calls.size() == 1; });
  auto assistant = assistant_message("", {{"c1", "echo", "{}"}, {"c2", "alone", "{}"}});
  auto stored = await(store->load("s1", 400));
  auto turn_id = (*stored)->entries[0].turn_id;
  ASSERT_TRUE(
      await(store->add_entries("s1", {{.turn_id = turn_id, .role = "assistant", .message = *assistant},
                                      {.turn_id = turn_id, .role = "tool", .message = *tool_message("c1", "kept")}})));
  auto later = open_in(begin_second_life());
  talk(*later, "second", "ok");
  EXPECT_THAT(given(), ElementsAre("user first", "calls", "tool c1 kept", "tool c2 Error: this call was not answered",
                                   "user second"));
}

TEST_F(SessionTest, AnswersOfClientToolsAreGivenStoredAndShown) {
  auto session = open();
  ClientTool weather{"weather",
                     std::make_shared<const std::string>(R"({"type":"function","function":{"name":"weather"}})")};
  auto client_says = [](const char* text) { return std::make_shared<const std::string>(text); };
  script = {calls({{"c1", "weather"}, {"c2", "weather"}}), says("It rains.")};
  submit(*session, {.text = "weather?", .client_tools = {weather}}).value();
  until_idle(*session);
  auto accepted = submit(*session, {.message_id = "a1",
                                    .answers = {client_says(R"({"content":"rain","role":"tool","tool_call_id":"c1"})"),
                                                client_says(R"({"content":"x","role":"tool","tool_call_id":"c9"})")}});
  ASSERT_TRUE(accepted);
  until_idle(*session);
  EXPECT_THAT(given(), ElementsAre("user weather?", "calls", "tool c1 rain",
                                   "tool c2 Error: this call was not answered"));
  talk(*session, "thanks", "you are welcome");
  const std::vector<std::string> kWhole = {"user weather?", "calls", "tool c1 rain",
                                           "tool c2 Error: this call was not answered", "assistant It rains.",
                                           "user thanks"};
  EXPECT_EQ(given(), kWhole);
  EXPECT_TRUE(
      submit(*session, {.message_id = "a1", .answers = {client_says(R"({"content":"rain","tool_call_id":"c1"})")}})
          ->duplicate);
  EXPECT_EQ(session->summary().message_count, 5u);

  auto& sessions_after = begin_second_life();
  auto messages = transcript(sessions_after);
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[1]["toolCalls"][0]["result"], "rain");
  EXPECT_EQ(messages[1]["toolCalls"][0]["status"], "completed");
  EXPECT_FALSE(messages[1]["toolCalls"][1].contains("result"));
  EXPECT_EQ(messages[2]["text"], "It rains.");
  auto later = open_in(sessions_after);
  talk(*later, "bye", "bye");
  auto again = given();
  again.resize(kWhole.size());
  EXPECT_EQ(again, kWhole) << "the same after a restart";
}

TEST_F(SessionTest, ClientToolsThatAreNotAnsweredDoNotBlockTheConversation) {
  auto session = open();
  ClientTool weather{"weather",
                     std::make_shared<const std::string>(R"({"type":"function","function":{"name":"weather"}})")};
  script = {calls({{"c1", "weather"}}), says("Fine.")};
  submit(*session, {.text = "weather?", .client_tools = {weather}}).value();
  until_idle(*session);
  say(*session, "never mind");
  until_idle(*session);
  EXPECT_THAT(given(), ElementsAre("user weather?", "calls", "tool c1 Error: this call was not answered",
                                   "user never mind"));
}

TEST_F(SessionTest, AHugeHistoryIsCutForTheModelAndNotOnDisk) {
  session_limits.history_entries_max = 10;
  begin_again();
  auto session = open();
  for (int i = 0; i < 20; ++i) talk(*session, "q" + std::to_string(i), "a" + std::to_string(i));
  EXPECT_LE(given().size(), 11u);
  EXPECT_EQ(given().back(), "user q19");
  EXPECT_EQ(transcript(*sessions).size(), 40u);
  auto later = open_in(begin_second_life());
  talk(*later, "after", "yes");
  EXPECT_LE(given().size(), 11u);
  EXPECT_EQ(given().front(), "user q15");
}

TEST_F(SessionTest, AGiantTurnIsRememberedAcrossARestart) {
  session_limits.history_entries_max = 10;
  limits.iterations_max = 50;
  begin_again();
  auto session = open();
  for (int i = 0; i < 20; ++i) script.push_back(calls({{"c" + std::to_string(i), "echo", R"({"text":"x"})"}}));
  script.push_back(says("done"));
  say(*session, "do it all");
  until_idle(*session);
  talk(*session, "and now?", "now this");
  EXPECT_EQ(given().front(), "user do it all");
  EXPECT_EQ(given().back(), "user and now?");
  EXPECT_GE(given().size(), 9u);
  auto later = open_in(begin_second_life());
  talk(*later, "again", "yes");
  EXPECT_EQ(given().front(), "user do it all");
  EXPECT_GE(given().size(), 9u);
}

}  // namespace
}  // namespace chela::runtime
