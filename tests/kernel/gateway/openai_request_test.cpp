#include "kernel/gateway/openai_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using Reader = Result<OpenAiRequest> (*)(const net::HttpRequest&);
constexpr const char* kHello = R"("messages": [{"role": "user", "content": "hi"}])";

net::HttpRequest request(std::string body) {
  net::HttpRequest out;
  out.headers.add("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

OpenAiRequest chat(const std::string& members) {
  auto read = read_chat_request(request("{" + members + "}"));
  EXPECT_TRUE(read) << members << ": " << read.error().message;
  return read ? std::move(*read) : OpenAiRequest{};
}

OpenAiRequest responses(const std::string& members) {
  auto read = read_responses_request(request("{" + members + "}"));
  EXPECT_TRUE(read) << members << ": " << read.error().message;
  return read ? std::move(*read) : OpenAiRequest{};
}

json all(const std::vector<runtime::Message>& messages) {
  json out = json::array();
  for (const auto& message : messages) out.push_back(json::parse(*message));
  return out;
}

TEST(ChatRequest, TakesAPlainConversation) {
  auto read = chat(R"("model": "openai/gpt-4o", "stream": true, "stream_options": {"include_usage": true}, "messages": [
      {"role": "developer", "content": "be brief"}, {"role": "user", "content": "one"},
      {"role": "assistant", "content": "1"},
      {"role": "user", "content": [{"type": "text", "text": "two "},
      {"type": "image_url"}, {"type": "text", "text": "three"}]}])");
  EXPECT_EQ(read.model, "openai/gpt-4o");
  EXPECT_TRUE(read.stream);
  EXPECT_TRUE(read.include_usage);
  EXPECT_EQ(read.last_user_text, "two three");
  auto messages = all(read.messages);
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0], (json{{"role", "system"}, {"content", "be brief"}}));
  EXPECT_EQ(messages[3]["content"].size(), 3u) << "parts go to the model as they came";
  EXPECT_EQ(read.options, "{}");
  EXPECT_TRUE(read.tools.empty());
  EXPECT_TRUE(read.answers.empty());
}

TEST(ChatRequest, HasDefaults) {
  auto read = chat(kHello);
  EXPECT_EQ(read.model, "");
  EXPECT_EQ(read.session, "");
  EXPECT_FALSE(read.stream);
  EXPECT_FALSE(read.include_usage);
  for (const char* name : {"chela", "openclaw", "default"}) {
    EXPECT_EQ(chat(fmt::format(R"("model": "{}", {})", name, kHello)).model, "");
  }
}

TEST(ChatRequest, HandsOptionsOn) {
  auto read = chat(std::string(kHello) +
                   R"(, "temperature": 0.5, "top_p": 1, "max_tokens": 7, "stop": ["a", "b"], "tool_choice": "auto",
                    "response_format": {"type": "json_object"}, "reasoning_effort": "low", "seed": 1, "user": null)");
  EXPECT_EQ(json::parse(read.options),
            json::parse(R"({"temperature": 0.5, "topP": 1, "maxTokens": 7, "stop": ["a", "b"], "toolChoice": "auto",
                            "responseFormat": {"type": "json_object"}, "reasoningEffort": "low"})"));
  EXPECT_EQ(json::parse(chat(std::string(kHello) + R"(, "max_tokens": 7, "max_completion_tokens": 9)").options),
            (json{{"maxTokens", 9}}));
  EXPECT_EQ(chat(std::string(kHello) + R"(, "temperature": null, "tools": null, "n": 1)").options, "{}");
}

TEST(ChatRequest, TellsASessionOnlyTheNews) {
  auto read = chat(R"("messages": [
      {"role": "user", "content": "old"}, {"role": "tool", "tool_call_id": "0", "content": "old"},
      {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}, {"id": "2"}]},
      {"role": "tool", "tool_call_id": "1", "content": "first"},
      {"role": "tool", "tool_call_id": "2", "content": "second"},
      {"role": "user", "content": "and?"}])");
  EXPECT_EQ(read.last_user_text, "and?");
  auto answers = all(read.answers);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["content"], "first");
  EXPECT_EQ(answers[1]["content"], "second");
  EXPECT_EQ(
      chat(R"("messages": [{"role": "user", "content": "old"}, {"role": "assistant", "content": "x"}])").last_user_text,
      "");
}

TEST(ChatRequest, ReadsTools) {
  auto read = chat(std::string(kHello) + R"(, "tools": [{"type": "function", "function":
      {"name": "now", "description": "d", "parameters": {"type": "object"}}}])");
  ASSERT_EQ(read.tools.size(), 1u);
  EXPECT_EQ(read.tools[0].name, "now");
  EXPECT_EQ(json::parse(*read.tools[0].definition)["function"]["description"], "d");
}

TEST(ChatRequest, FindsItsSession) {
  auto with = [](const char* header, const char* value, const char* user) {
    auto http = request(fmt::format(R"({{{}, "user": {}}})", kHello, user));
    if (header) http.headers.add(header, value);
    auto read = read_chat_request(http);
    return read ? read->session : name_of(read.error().code) == "invalid_argument" ? "invalid" : "other";
  };
  EXPECT_EQ(with("X-Chela-Session-Id", "s1", "null"), "s1");
  EXPECT_EQ(with("X-OpenClaw-Session-Id", "s2", "\"me\""), "s2");
  EXPECT_EQ(with("X-Chela-Session-Id", "", "\"me\""), "user:me");
  EXPECT_EQ(with(nullptr, "", "\"me\""), "user:me");
  EXPECT_EQ(with(nullptr, "", "\"me and you\""), "user:" + sha256_hex("me and you"));
  EXPECT_EQ(with(nullptr, "", "\"../../etc\""), "user:" + sha256_hex("../../etc"));
  EXPECT_EQ(with(nullptr, "", "\"\\u0000\""), "user:" + sha256_hex(std::string(1, '\0')));
  EXPECT_EQ(with(nullptr, "", "42"), "");
  EXPECT_EQ(with(nullptr, "", "\"\""), "");
  EXPECT_EQ(with("X-Chela-Session-Id", "a/../b", "null"), "invalid");
  EXPECT_EQ(with("X-Chela-Session-Id", std::string(129, 'a').c_str(), "null"), "invalid");
}

struct Refused {
  std::string members;
  ErrorCode code;
  const char* message;
};

void expect_refused(Reader read, const std::vector<Refused>& table) {
  for (const auto& row : table) {
    auto answer = read(request("{" + row.members + "}"));
    auto shown = row.members.substr(0, 100);
    if (answer) {
      ADD_FAILURE() << shown;
      continue;
    }
    EXPECT_EQ(name_of(answer.error().code), name_of(row.code)) << shown;
    EXPECT_THAT(answer.error().message, HasSubstr(row.message)) << shown;
  }
}

std::string repeated(const char* item, std::size_t times) {
  std::string out = item;
  for (std::size_t i = 1; i < times; ++i) out += std::string(",") + item;
  return out;
}

TEST(ChatRequest, NamesWhatIsWrong) {
  const std::string hello = std::string(kHello) + ", ";
  constexpr auto kInvalid = ErrorCode::invalid_argument;
  expect_refused(
      read_chat_request,
      {{"", kInvalid, "at least one message"},
       {R"("messages": [])", kInvalid, "at least one message"},
       {R"("messages": {})", kInvalid, "at least one message"},
       {R"("messages": "hi")", kInvalid, "at least one message"},
       {R"("messages": ["hi"])", kInvalid, "not an object"},
       {R"("messages": [{"role": "user", "content": "a"}, null])", kInvalid, "not an object"},
       {R"("messages": [{"content": "a"}])", kInvalid, "messages[0].role is ``"},
       {R"("messages": [{"role": "user", "content": "a"}, {"role": "robot", "content": "a"}])", kInvalid,
        "messages[1].role is `robot`"},
       {R"("messages": [{"role": ["user"], "content": "a"}])", kInvalid, "messages[0].role"},
       {R"("messages": [{"role": "user"}])", kInvalid, "messages[0].content"},
       {R"("messages": [{"role": "user", "content": null}])", kInvalid, "messages[0].content"},
       {R"("messages": [{"role": "user", "content": 5}])", kInvalid, "messages[0].content"},
       {R"("messages": [{"role": "tool", "content": {}}])", kInvalid, "messages[0].content"},
       {R"("messages": [)" + repeated(R"({"role":"user","content":"a"})", 5001) + "]", ErrorCode::too_large,
        "more than 5000 messages"},
       {hello + R"("n": 2)", ErrorCode::unsupported, "`n`"},
       {hello + R"("n": "1")", ErrorCode::unsupported, "`n`"},
       {hello + R"("temperature": "hot")", kInvalid, "`temperature` is not a number"},
       {hello + R"("temperature": 2.1)", kInvalid, "`temperature` is 2.1, expected 0 to 2"},
       {hello + R"("temperature": -1e308)", kInvalid, "`temperature`"},
       {hello + R"("top_p": 2)", kInvalid, "`top_p`"},
       {hello + R"("max_tokens": 0)", kInvalid, "`max_tokens`"},
       {hello + R"("max_tokens": 1e10)", kInvalid, "`max_tokens` is not a whole number"},
       {hello + R"("max_tokens": 10000000000)", kInvalid, "expected 1 to"},
       {hello + R"("max_tokens": 18446744073709551615)", kInvalid, "`max_tokens`"},
       {hello + R"("max_tokens": 1.5)", kInvalid, "`max_tokens` is not a whole number"},
       {hello + R"("max_completion_tokens": true)", kInvalid, "`max_completion_tokens` is not a number"},
       {hello + R"("tools": {})", kInvalid, "`tools`"},
       {hello + R"("tools": ["x"])", ErrorCode::unsupported, "type `function`"},
       {hello + R"("tools": [{"type": "web_search"}])", ErrorCode::unsupported, "type `function`"},
       {hello + R"("tools": [{"type": "function"}])", kInvalid, "a tool has no name"},
       {hello + R"("tools": [{"type": "function", "function": "now"}])", kInvalid, "a tool has no name"},
       {hello + R"("tools": [{"type": "function", "function": {"name": 7}}])", kInvalid, "a tool has no name"},
       {hello + R"("tools": [)" + repeated(R"({"type":"function","function":{"name":"a"}})", 257) + "]", kInvalid,
        "at most 256 tools"},
       {R"("messages": )" + std::string(100, '[') + std::string(100, ']'), kInvalid, "deeper than 64"},
       {R"("messages": [{"role": "user", "content": "\ud800"}])", kInvalid, "not valid JSON"}});
}

TEST(ChatRequest, IsNotUpsetByMembersOfTheWrongType) {
  auto read = chat(std::string(kHello) +
                   R"(, "model": 7, "stream": "yes", "stream_options": [], "user": {}, "stop": 5, "metadata": [[[]]])");
  EXPECT_EQ(read.model + read.session, "");
  EXPECT_FALSE(read.stream);
  EXPECT_FALSE(read.include_usage);
}

TEST(ChatRequest, KeepsNulAndUnicode) {
  auto read = chat(R"("messages": [{"role": "user", "content": "a\u0000b\ud83d\ude00"}])");
  EXPECT_EQ(read.last_user_text, std::string("a\0b\xF0\x9F\x98\x80", 7));
}

TEST(ResponsesRequest, TakesTextAndItems) {
  auto text = responses(R"("input": "hi", "instructions": "be brief", "max_output_tokens": 5, "stream": true)");
  EXPECT_EQ(all(text.messages),
            json::parse(R"([{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}])"));
  EXPECT_EQ(text.last_user_text, "hi");
  EXPECT_EQ(text.options, R"({"maxTokens":5})");
  EXPECT_TRUE(text.stream);
  auto items = responses(R"("input": [
      {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
      {"type": "function_call", "call_id": "c1", "name": "now", "arguments": "{}"},
      {"type": "function_call_output", "call_id": "c1", "output": "noon"}],
      "tools": [{"type": "function", "name": "now", "parameters": {}}])");
  EXPECT_EQ(all(items.messages), json::parse(R"([
      {"role": "user", "content": "ab"},
      {"role": "assistant", "content": null, "tool_calls":
        [{"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}]},
      {"role": "tool", "tool_call_id": "c1", "content": "noon"}])"));
  EXPECT_EQ(items.answers.size(), 1u);
  ASSERT_EQ(items.tools.size(), 1u);
  EXPECT_EQ(json::parse(*items.tools[0].definition),
            json::parse(R"({"type": "function", "function": {"name": "now", "parameters": {}}})"));
}

TEST(ResponsesRequest, NamesWhatIsWrong) {
  constexpr auto kInvalid = ErrorCode::invalid_argument;
  expect_refused(read_responses_request,
                 {{"", kInvalid, "`input`"},
                  {R"("input": 7)", kInvalid, "`input`"},
                  {R"("input": [])", kInvalid, "at least one message"},
                  {R"("input": ["hi"])", kInvalid, "input[0] is not an object"},
                  {R"("input": [{"role": "user", "content": "a"}, {"type": "image_generation_call"}])",
                   ErrorCode::unsupported, "input[1] is of type `image_generation_call`"},
                  {R"("input": [{"content": "a"}])", kInvalid, "role"},
                  {R"("input": "hi", "previous_response_id": "resp_1")", ErrorCode::unsupported, "X-Chela-Session-Id"},
                  {R"("input": "hi", "temperature": 3)", kInvalid, "`temperature`"},
                  {R"("input": "hi", "tools": [{"type": "function", "function": {"name": "a"}}])", kInvalid,
                   "a tool has no name"}});
}

}  // namespace
}  // namespace chela::gateway
