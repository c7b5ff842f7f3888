#include "kernel/runtime/sessions/transcript.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;

Entry entry(std::string turn, std::string role, const Message& message, std::string detail = "{}",
            std::string client_id = "") {
  static std::int64_t id = 0;
  return {.id = ++id, .turn_id = std::move(turn), .role = std::move(role), .message = *message,
          .detail = std::move(detail), .client_message_id = std::move(client_id), .created_at_ms = 7};
}

TEST(Transcript, OneAnswerPerTurnWithItsCalls) {
  StoredSession session;
  session.entries = {entry("t1", "user", user_message("look"), "{}", "m1"),
                     entry("t1", "assistant", assistant_message("Let me see.", {{"c1", "read", R"({"p":1})"}}),
                           R"({"reasoning":"hm "})"),
                     entry("t1", "tool", tool_message("c1", "found"), R"({"status":"completed","durationMs":12})"),
                     entry("t1", "assistant", assistant_message("Here.", {}), R"({"reasoning":"so"})")};
  session.turns = {{.id = "t1", .finish_reason = "stop", .input_tokens = 5, .output_tokens = 6}};
  EXPECT_EQ(transcript_of(session, {}), json::parse(R"([
    {"id": "m1", "role": "user", "text": "look", "createdAt": 7},
    {"id": "turn-t1", "role": "assistant", "text": "Let me see.\n\nHere.", "createdAt": 7, "reasoning": "hm so",
     "toolCalls": [{"id": "c1", "name": "read", "arguments": "{\"p\":1}", "result": "found", "status": "completed",
                    "durationMs": 12}],
     "usage": {"inputTokens": 5, "outputTokens": 6}}])"));
}

TEST(Transcript, SaysHowATurnStandsOrEnded) {
  struct Row {
    const char* finish_reason;
    const char* error;
    bool open;
    std::string status;
    std::string shown_error;
  };
  const Row kTable[] = {
      {"stop", "", false, "", ""},
      {"length", "", false, "", ""},
      {"tool_calls", "", false, "", ""},
      {"cancelled", "cancelled", false, "cancelled", ""},
      {"error", "no luck", false, "error", "no luck"},
      {"limit", "too long", false, "error", "too long"},
      {"", "", true, "running", ""},
      {"", "", false, "error", "the gateway was stopped before the answer was complete"},
      {"stop", "", true, "", ""},  // it ended while this was put together
  };
  for (const auto& row : kTable) {
    StoredSession session;
    session.entries = {entry("t1", "user", user_message("a"))};
    session.turns = {{.id = "t1", .finish_reason = row.finish_reason, .error = row.error}};
    auto open = row.open ? std::vector<std::string>{"t1"} : std::vector<std::string>{"t0"};
    auto answer = transcript_of(session, open)[1];
    EXPECT_EQ(answer.value("status", ""), row.status) << row.finish_reason;
    EXPECT_EQ(answer.value("error", ""), row.shown_error) << row.finish_reason;
    EXPECT_EQ(answer.contains("usage"), *row.finish_reason != '\0') << row.finish_reason;
  }
}

TEST(Transcript, CutOffTurnsAreNotRunningWhereverTheyStand) {
  StoredSession session;
  for (const char* turn : {"cut1", "done", "cut2", "running", "waits"}) {
    session.entries.push_back(entry(turn, "user", user_message("a")));
    session.turns.push_back({.id = turn, .finish_reason = std::string(turn) == "done" ? "stop" : ""});
  }
  auto messages = transcript_of(session, {"running", "waits"});
  std::vector<std::string> statuses;
  for (std::size_t i = 1; i < messages.size(); i += 2) statuses.push_back(messages[i].value("status", "-"));
  EXPECT_THAT(statuses, testing::ElementsAre("error", "-", "error", "running", "running"));
}

TEST(Transcript, ClientsAnswersGoToTheCallOfTheTurnBefore) {
  StoredSession session;
  session.entries = {entry("t1", "user", user_message("a")),
                     entry("t1", "assistant", assistant_message("", {{"c1", "weather", "{}"}})),
                     entry("t2", "tool", tool_message("c1", "rain"), R"({"status":"completed"})"),
                     entry("t2", "tool", tool_message("c1", "again")),
                     entry("t2", "tool", tool_message("c7", "whose?"))};
  session.turns = {{.id = "t1", .finish_reason = "tool_calls"}, {.id = "t2"}};
  auto messages = transcript_of(session, {"t2"});
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[1]["toolCalls"][0]["result"], "rain");
  EXPECT_EQ(messages[2]["id"], "turn-t2");
  EXPECT_EQ(messages[2]["status"], "running");
}

TEST(Transcript, IdsOfCallsMayComeAgainInLaterTurns) {
  StoredSession session;
  for (const char* turn : {"t1", "t2"}) {
    session.entries.push_back(entry(turn, "user", user_message("a")));
    session.entries.push_back(entry(turn, "assistant", assistant_message("", {{"c1", "read", "{}"}})));
    session.entries.push_back(entry(turn, "tool", tool_message("c1", std::string("of ") + turn)));
    session.turns.push_back({.id = turn, .finish_reason = "stop"});
  }
  auto messages = transcript_of(session, {});
  EXPECT_EQ(messages[1]["toolCalls"][0]["result"], "of t1");
  EXPECT_EQ(messages[3]["toolCalls"][0]["result"], "of t2");
}

TEST(Transcript, DetailsSayWhatPeopleWantToKnow) {
  EXPECT_EQ(assistant_detail({}), "{}");
  EXPECT_EQ(json::parse(assistant_detail({.reasoning = "hm"})), json({{"reasoning", "hm"}}));
  ToolOutcome outcome{.status = ToolStatus::blocked, .duration = std::chrono::milliseconds(3)};
  EXPECT_EQ(json::parse(tool_detail(outcome)), json({{"status", "blocked"}, {"durationMs", 3}}));
}

}  // namespace
}  // namespace chela::runtime
