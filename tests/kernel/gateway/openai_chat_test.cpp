#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPath = "/v1/chat/completions";

class ChatTest : public GatewayTest {
 protected:
  static json hello(json more = json::object()) {
    json body = {{"messages", {{{"role", "user"}, {"content", "hi"}}}}};
    body.update(more);
    return body;
  }
  static json tool() {
    return {{"type", "function"}, {"function", {{"name", "now"}, {"parameters", {{"type", "object"}}}}}};
  }
};

TEST_F(ChatTest, AnswersInTheShapeOfTheApi) {
  script = {says({"Hel", "lo"})};
  auto answer = post(kPath, hello({{"temperature", 0.5}}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  auto body = answer.json();
  EXPECT_THAT(body["id"].get<std::string>(), StartsWith("chatcmpl-"));
  EXPECT_EQ(body["object"], "chat.completion");
  EXPECT_EQ(body["model"], "inside/story");
  EXPECT_TRUE(body["created"].is_number_integer());
  EXPECT_EQ(body["choices"], json::parse(R"([{"index": 0, "logprobs": null, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": "Hello", "refusal": null}}])"));
  EXPECT_EQ(body["usage"], (json{{"prompt_tokens", 11}, {"completion_tokens", 7}, {"total_tokens", 18}}));
  EXPECT_EQ(asked.at(0)["options"], (json{{"temperature", 0.5}}));
  EXPECT_EQ(asked.at(0)["messages"].back()["content"], "hi");
}

TEST_F(ChatTest, StreamsInTheShapeOfTheApi) {
  script = {says({"Hel", "lo \"there\"\n"})};
  auto answer = post(kPath, hello({{"stream", true}, {"stream_options", {{"include_usage", true}}}}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.head, HasSubstr("text/event-stream"));
  auto events = answer.events();
  ASSERT_EQ(events.size(), 6u) << answer.body;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(events[i]["object"], "chat.completion.chunk");
    EXPECT_EQ(events[i]["id"], events[0]["id"]);
    EXPECT_EQ(events[i]["model"], "inside/story");
  }
  auto delta = [&](std::size_t i) { return events[i]["choices"][0]["delta"]; };
  EXPECT_EQ(delta(0), (json{{"role", "assistant"}, {"content", ""}}));
  EXPECT_EQ(delta(1), (json{{"content", "Hel"}}));
  EXPECT_EQ(delta(2), (json{{"content", "lo \"there\"\n"}}));
  EXPECT_TRUE(events[2]["choices"][0]["finish_reason"].is_null());
  EXPECT_EQ(events[3]["choices"], json::parse(R"([{"index": 0, "delta": {}, "finish_reason": "stop"}])"));
  EXPECT_EQ(events[4]["choices"], json::array());
  EXPECT_EQ(events[4]["usage"]["total_tokens"], 18);
  EXPECT_EQ(events[5], "[DONE]");
}

TEST_F(ChatTest, TokensArriveAsTheyAreWritten) {
  net::RawClient client(loop, server->port());
  client.send(request_text("POST", kPath, hello({{"stream", true}}).dump()));
  run_until([&] { return open_completion != nullptr; });
  open_completion->text(open_completion, to_abi("early"));
  EXPECT_THAT(client.read_until("early"), HasSubstr("early"));
  says({"late"})(std::exchange(open_completion, nullptr));
  EXPECT_THAT(client.read_to_end(), HasSubstr("[DONE]"));
}

TEST_F(ChatTest, CallsOfTheClientsToolsEndTheAnswer) {
  script = {calls("c1", "now", R"({"zone":"UTC"})"), calls("c2", "now", "{}")};
  auto body = post(kPath, hello({{"tools", {tool()}}})).json();
  EXPECT_EQ(body["choices"][0]["finish_reason"], "tool_calls");
  EXPECT_EQ(body["choices"][0]["message"],
            json::parse(R"({"role": "assistant", "content": null, "refusal": null, "tool_calls":
              [{"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{\"zone\":\"UTC\"}"}}]})"));
  auto events = post(kPath, hello({{"tools", {tool()}}, {"stream", true}})).events();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(
      events[1]["choices"][0]["delta"]["tool_calls"],
      json::parse(R"([{"index": 0, "id": "c2", "type": "function", "function": {"name": "now", "arguments": "{}"}}])"));
  EXPECT_EQ(events[2]["choices"][0]["finish_reason"], "tool_calls");
}

TEST_F(ChatTest, FinishReasonsAreThoseOfTheApi) {
  for (auto [reason, shown] :
       {std::pair("length", "length"), std::pair("content_filter", "content_filter"), std::pair("stop", "stop")}) {
    script = {says({"x"}, reason)};
    EXPECT_EQ(post(kPath, hello()).json()["choices"][0]["finish_reason"], shown);
  }
}

TEST_F(ChatTest, ErrorsOfTheModelAreTold) {
  script = {fails(CHELA_UNAUTHENTICATED, "the key is wrong")};
  auto refused = post(kPath, hello());
  EXPECT_GE(refused.status, 400);
  EXPECT_THAT(refused.json()["error"]["message"].get<std::string>(), HasSubstr("the key is wrong"));
  script = {fails(CHELA_INTERNAL, "cut short", "half an ans")};
  auto events = post(kPath, hello({{"stream", true}})).events();
  ASSERT_GE(events.size(), 3u);
  EXPECT_EQ(events[1]["choices"][0]["delta"]["content"], "half an ans");
  EXPECT_THAT(events[events.size() - 2]["error"]["message"].get<std::string>(), HasSubstr("cut short"));
  EXPECT_EQ(events.back(), "[DONE]");
}

TEST_F(ChatTest, AnUnknownModelIsNotFound) {
  auto answer = post(kPath, hello({{"model", "nobody/nothing"}}));
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.json()["error"]["message"].get<std::string>(), HasSubstr("nobody/nothing"));
  EXPECT_TRUE(asked.empty());
}

TEST_F(ChatTest, ASessionKeepsTheConversation) {
  script = {says({"first answer"}), says({"second answer"})};
  constexpr const char* kSession = "X-Chela-Session-Id: s1\r\n";
  EXPECT_EQ(post(kPath, hello(), kSession).status, 200);
  EXPECT_EQ(post(kPath, hello(), kSession).status, 200);
  ASSERT_EQ(asked.size(), 2u);
  auto said = asked[1]["messages"].dump();
  EXPECT_THAT(said, HasSubstr("first answer"));
  EXPECT_EQ(asked[1]["messages"].back()["content"], "hi");
}

TEST_F(ChatTest, AClientThatGoesAwayStopsItsTurn) {
  {
    net::RawClient client(loop, server->port());
    client.send(request_text("POST", kPath, hello({{"stream", true}}).dump()));
    run_until([&] { return open_completion != nullptr; });
    client.reset();
  }
  run_until([&] { return cancels > 0; });
}

TEST_F(ChatTest, TooManyMessagesAreToldHowLongToWait) {
  context->messages_per_client.set_per_minute_max(1);
  script = {says({"x"})};
  EXPECT_EQ(post(kPath, hello()).status, 200);
  clock.advance(std::chrono::seconds(20));
  for (const char* path : {kPath, "/v1/responses", "/api/sessions/s1/messages"}) {
    auto answer = post(path, hello({{"input", "hi"}, {"text", "hi"}}));
    EXPECT_EQ(answer.status, 429) << path;
    EXPECT_THAT(answer.head, HasSubstr("Retry-After: 40\r\n")) << path;
  }
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(ChatTest, BodiesAboveTheLimitAreNotRead) {
  service->set_body_bytes_max(100);
  auto answer = post(kPath, hello({{"user", std::string(200, 'x')}}));
  EXPECT_EQ(answer.status, 413);
  script = {says({"x"})};
  EXPECT_EQ(post(kPath, hello()).status, 200);
}

TEST_F(ChatTest, HostileBodiesGetTheirAnswerAndNothingElse) {
  const std::string kTable[] = {"",
                                "{",
                                "null",
                                std::string(1 << 20, '['),
                                R"({"messages":[{"role":"user","content":"\udead"}]})",
                                std::string("{\"messages\":\0}", 14),
                                R"({"messages":[{"role":"user","content":[[[[1]]]]}],"temperature":1e999})",
                                R"({"messages":[{"role":"user","content":"a"}],"max_tokens":-0})",
                                R"({"messages":{"0":{"role":"user"}}})"};
  for (const auto& body : kTable) {
    auto answer = ask("POST", kPath, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 60) << answer.body;
    EXPECT_EQ(answer.json()["error"]["type"], "invalid_request_error") << body.substr(0, 60);
  }
  EXPECT_TRUE(asked.empty());
}

TEST_F(ChatTest, ModelsAreListed) {
  auto body = ask("GET", "/v1/models").json();
  EXPECT_EQ(body["object"], "list");
  std::vector<std::string> ids;
  for (const auto& model : body["data"]) {
    EXPECT_EQ(model["object"], "model");
    ids.push_back(model["id"]);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"chela", "inside/story", "inside/other"}));
}

}  // namespace
}  // namespace chela::gateway
