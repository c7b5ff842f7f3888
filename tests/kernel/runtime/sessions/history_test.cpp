#include "kernel/runtime/sessions/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::ElementsAre;

constexpr std::size_t kNoLimit = 1 << 30;

Message calling(std::vector<std::string> ids) {
  std::vector<ToolCallRequest> calls;
  for (auto& id : ids) calls.push_back({id, "read", "{}"});
  return assistant_message("", calls);
}

// "user hi", "assistant hello", "calls c1 c2", "tool c1 text": what a conversation looks like at a glance.
std::vector<std::string> shown(const std::vector<Message>& conversation) {
  std::vector<std::string> out;
  for (const auto& message : conversation) {
    auto parsed = json::parse(*message);
    std::string line = parsed["role"];
    if (parsed.contains("tool_calls")) {
      line = "calls";
      for (const auto& call : parsed["tool_calls"]) line += " " + call["id"].get<std::string>();
    } else if (line == "tool") {
      line += " " + parsed["tool_call_id"].get<std::string>() + " " + parsed["content"].get<std::string>();
    } else {
      line += " " + parsed["content"].get<std::string>();
    }
    out.push_back(line);
  }
  return out;
}

std::vector<Message> conversation_of(const std::vector<Message>& messages) {
  std::vector<Message> out;
  for (const auto& message : messages) append_message(out, message);
  return out;
}

TEST(History, CallsThatNobodyAnsweredAreAnsweredWithANote) {
  EXPECT_THAT(shown(conversation_of({user_message("a"), calling({"c1", "c2"}), tool_message("c2", "two"),
                                     user_message("b"), assistant_message("ok", {})})),
              ElementsAre("user a", "calls c1 c2", "tool c2 two", "tool c1 Error: this call was not answered", "user b",
                          "assistant ok"));
}

TEST(History, AnswersMayComeLateAndInAnyOrder) {
  EXPECT_THAT(shown(conversation_of({user_message("a"), calling({"c1", "c2"}), tool_message("c2", "two"),
                                     tool_message("c1", "one"), user_message("b")})),
              ElementsAre("user a", "calls c1 c2", "tool c2 two", "tool c1 one", "user b"));
}

TEST(History, AnswersToNoOpenCallAreLeftOut) {
  EXPECT_THAT(shown(conversation_of({tool_message("c0", "early"), user_message("a"), calling({"c1"}),
                                     tool_message("c9", "whose"), tool_message("c1", "one"),
                                     tool_message("c1", "again"), assistant_message("ok", {}),
                                     tool_message("c1", "late")})),
              ElementsAre("user a", "calls c1", "tool c1 one", "assistant ok"));
}

TEST(History, TextThatLooksLikeACallIsNone) {
  auto odd = assistant_message(R"(,"tool_calls":[{"id":"x"}])", {});
  EXPECT_EQ(conversation_of({user_message("a"), odd, user_message("b")}).size(), 3u);
}

TEST(History, BeginsWithWhatAPersonSaid) {
  auto entry = [](const char* role, const Message& message) { return Entry{.role = role, .message = *message}; };
  EXPECT_THAT(shown(history_of({entry("tool", tool_message("c1", "one")), entry("assistant", calling({"c2"})),
                                entry("tool", tool_message("c2", "two")), entry("user", user_message("a")),
                                entry("assistant", calling({"c3"}))})),
              ElementsAre("user a", "calls c3"));
  // The opening of a turn, and its last entries.
  EXPECT_THAT(shown(history_of({entry("user", user_message("a")), entry("tool", tool_message("c1", "one")),
                                entry("assistant", calling({"c2"})), entry("tool", tool_message("c2", "two"))})),
              ElementsAre("user a", "calls c2", "tool c2 two"));
  EXPECT_THAT(shown(history_of({entry("assistant", assistant_message("alone", {}))})), ElementsAre("assistant alone"));
  EXPECT_TRUE(history_of({}).empty());
}

std::vector<Message> long_conversation() {
  return conversation_of({user_message("1"), assistant_message("one", {}), user_message("2"), calling({"c1"}),
                          tool_message("c1", "x"), assistant_message("two", {}), user_message("3")});
}

TEST(History, IsCutAtTheFront) {
  struct Row {
    std::size_t messages_max;
    std::vector<std::string> kept;
  };
  const Row kTable[] = {
      {7, {"user 1", "assistant one", "user 2", "calls c1", "tool c1 x", "assistant two", "user 3"}},
      {6, {"user 1", "assistant one", "user 2", "calls c1", "tool c1 x", "assistant two", "user 3"}},
      {5, {"user 2", "calls c1", "tool c1 x", "assistant two", "user 3"}},
      {4, {"user 2", "calls c1", "tool c1 x", "assistant two", "user 3"}},
      {3, {"user 2", "assistant two", "user 3"}},
      {2, {"user 2", "assistant two", "user 3"}},
      {1, {"user 3"}},
      {0, {"user 3"}},
  };
  for (const auto& row : kTable) {
    auto conversation = long_conversation();
    trim_history(conversation, row.messages_max, kNoLimit);
    EXPECT_EQ(shown(conversation), row.kept) << row.messages_max;
  }
}

TEST(History, OneGiantTurnIsCutInsideAndNotForgotten) {
  std::vector<Message> conversation = {user_message("before"), assistant_message("yes", {}), user_message("do it all")};
  for (int i = 0; i < 500; ++i) {
    auto id = "c" + std::to_string(i);
    append_message(conversation, calling({id}));
    append_message(conversation, tool_message(id, "done"));
  }
  append_message(conversation, user_message("and now?"));
  trim_history(conversation, 400, kNoLimit);
  auto lines = shown(conversation);
  ASSERT_EQ(lines.size(), 400u);
  EXPECT_EQ(lines[0], "user do it all");
  EXPECT_EQ(lines[1], "calls c301");
  EXPECT_EQ(lines[2], "tool c301 done");
  EXPECT_EQ(lines.back(), "user and now?");
}

TEST(History, AnswersAreNeverPartedFromTheirCalls) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back("c" + std::to_string(i));
  std::vector<Message> conversation = {user_message("all at once"), calling(ids)};
  for (const auto& id : ids) append_message(conversation, tool_message(id, "done"));
  trim_history(conversation, 5, kNoLimit);
  EXPECT_EQ(conversation.size(), 22u);
}

TEST(History, IsCutByItsBytesToo) {
  std::vector<Message> conversation;
  for (int i = 0; i < 100; ++i) append_message(conversation, user_message(std::string(1000, 'a')));
  trim_history(conversation, 1000, 10'500);
  EXPECT_EQ(conversation.size(), 10u);
  conversation = {user_message("x"), user_message(std::string(20'000, 'b'))};
  trim_history(conversation, 1000, 10'000);
  ASSERT_EQ(conversation.size(), 1u);
  EXPECT_GT(conversation[0]->size(), 20'000u);
  conversation.clear();
  trim_history(conversation, 0, 0);
  EXPECT_TRUE(conversation.empty());
}

TEST(History, ClientsAnswersAreTakenInOurForm) {
  auto taken = client_tool_message(R"({"content":"42","role":"tool","name":"x","tool_call_id":"c1"})");
  ASSERT_TRUE(taken);
  EXPECT_EQ(**taken, *tool_message("c1", "42"));
  auto parts = client_tool_message(
      R"({"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"4"},{"type":"text","text":"2"},5]})");
  ASSERT_TRUE(parts);
  EXPECT_EQ(**parts, *tool_message("c1", "42"));
  for (const char* bad : {"", "[]", "{}", R"({"tool_call_id":"c1"})", R"({"tool_call_id":5,"content":"x"})",
                          R"({"tool_call_id":"","content":"x"})"}) {
    auto refused = client_tool_message(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(client_tool_message(R"({"tool_call_id":"c","content":)" + std::string(1000, '[')));
}

}  // namespace
}  // namespace chela::runtime
