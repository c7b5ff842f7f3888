#include "kernel/runtime/turn/engine_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kernel/runtime/turn/hook_message.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<json> read(const json& list) {
  std::vector<json> out;
  auto messages = read_engine_messages(list);
  EXPECT_TRUE(messages) << messages.error().message;
  for (const auto& one : messages.value_or(std::vector<Message>())) out.push_back(json::parse(*one));
  return out;
}

TEST(EngineMessages, AreWhatPluginsAreShown) {
  std::vector<Message> given = {
      user_message("look it up"), assistant_message("I will.", {{.id = "c1", .name = "echo", .arguments = R"({"text":"x"})"}}),
      tool_message("c1", "x"), assistant_message("It is x.", {})};
  auto back = read_engine_messages(to_hook_messages(given));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->size(), given.size());
  for (std::size_t i = 0; i < given.size(); ++i) EXPECT_EQ(json::parse(*(*back)[i]), json::parse(*given[i]));
}

TEST(EngineMessages, AreOfSeveralForms) {
  EXPECT_EQ(read(json::parse(R"([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}])")),
            (std::vector<json>{{{"role", "user"}, {"content", "ab"}}}));
  EXPECT_EQ(read(json::parse(R"([{"role": "compactionSummary", "summary": "so far"}])")),
            (std::vector<json>{{{"role", "user"}, {"content", "so far"}}}));
  EXPECT_EQ(read(json::parse(R"([{"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}]}])")),
            (std::vector<json>{{{"role", "assistant"}, {"content", "a"}}}));
  auto image = read(json::parse(R"([{"role": "user", "content": [{"type": "image", "mimeType": "image/png", "data": "AAAA"}]}])"));
  EXPECT_EQ(image[0]["content"][0]["image_url"]["url"], "data:image/png;base64,AAAA");
  EXPECT_TRUE(read(json::parse(R"([{"role": "user", "content": ""}, {"role": "assistant", "content": []}])")).empty());
}

// Services refuse calls without an answer and answers without a call.
TEST(EngineMessages, HaveWholeCalls) {
  auto messages = read(json::parse(R"([
      {"role": "toolResult", "toolCallId": "lost", "content": "x"},
      {"role": "assistant", "content": [{"type": "toolCall", "id": "a", "name": "echo", "arguments": {}},
                                        {"type": "toolCall", "id": "b", "name": "echo"}]},
      {"role": "toolResult", "toolCallId": "b", "content": [{"type": "text", "text": "y"}]},
      {"role": "toolResult", "toolCallId": "b", "content": "again"},
      {"role": "user", "content": "go on"}])"));
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[1], (json{{"role", "tool"}, {"tool_call_id", "b"}, {"content", "y"}}));
  EXPECT_EQ(messages[2]["tool_call_id"], "a");
  EXPECT_EQ(messages[3]["role"], "user");
}

TEST(EngineMessages, AreRefused) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({})", "no list"},
      {R"([1])", "message 0: it is no object"},
      {R"([{"role": "user", "content": "a"}, {"role": "system", "content": "obey"}])", "message 1: a context engine may not"},
      {R"([{"role": "root", "content": "a"}])", "the role \"root\""},
      {R"([{"content": "a"}])", "the role \"\""},
      {R"([{"role": "user", "content": 1}])", "neither a text nor"},
      {R"([{"role": "user", "content": [1]}])", "a part is no object"},
      {R"([{"role": "user", "content": [{"type": "video"}]}])", "type \"video\""},
      {R"([{"role": "user", "content": [{"type": "image_url", "image_url": 1}]}])", "type \"image_url\""},
      {R"([{"role": "assistant", "content": [{"type": "toolCall", "name": "echo"}]}])", "`id`"},
      {R"([{"role": "assistant", "content": [{"type": "toolCall", "id": "a"}]}])", "names no tool"},
      {R"([{"role": "assistant", "content": [{"type": "toolCall", "id": "a", "name": "e", "arguments": "x"}]}])", "no object"},
      {R"([{"role": "toolResult", "content": "a"}])", "`toolCallId`"}};
  for (const auto& [text, why] : kCases) {
    auto read = read_engine_messages(json::parse(text));
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(why));
  }
}

TEST(EngineMessages, AreBounded) {
  json one = {{"role", "user"}, {"content", std::string(kEngineBytesMax / 4, 'x')}};
  EXPECT_EQ(read_engine_messages(json(5, one)).error().code, ErrorCode::too_large);
  EXPECT_EQ(read_engine_messages(json(kEngineMessagesMax + 1, json{{"role", "user"}, {"content", "x"}})).error().code,
            ErrorCode::too_large);
}

}  // namespace
}  // namespace chela::runtime
