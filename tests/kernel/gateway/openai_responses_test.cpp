#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPath = "/v1/responses";

class ResponsesTest : public GatewayTest {
 protected:
  static std::vector<std::string> types(const std::vector<json>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) out.push_back(event.value("type", "none"));
    return out;
  }
  static json tool() { return {{"type", "function"}, {"name", "now"}, {"parameters", {{"type", "object"}}}}; }
};

TEST_F(ResponsesTest, AnswersInTheShapeOfTheApi) {
  script = {says({"Hello"})};
  auto answer = post(kPath, {{"input", "hi"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  auto body = answer.json();
  EXPECT_THAT(body["id"].get<std::string>(), StartsWith("resp_"));
  EXPECT_EQ(body["object"], "response");
  EXPECT_EQ(body["status"], "completed");
  EXPECT_TRUE(body["error"].is_null());
  ASSERT_EQ(body["output"].size(), 1u);
  EXPECT_EQ(body["output"][0]["role"], "assistant");
  EXPECT_EQ(body["output"][0]["content"],
            json::parse(R"([{"type": "output_text", "text": "Hello", "annotations": []}])"));
  EXPECT_EQ(body["usage"], json::parse(R"({"input_tokens": 11, "input_tokens_details": {"cached_tokens": 3},
      "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 18})"));
}

TEST_F(ResponsesTest, StreamsNumberedEvents) {
  script = {says({"Hel", "lo"})};
  auto events = post(kPath, {{"input", "hi"}, {"stream", true}}).events();
  EXPECT_EQ(types(events),
            (std::vector<std::string>{
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed"}));
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i]["sequence_number"], i);
  EXPECT_EQ(events[4]["delta"], "Hel");
  EXPECT_EQ(events[4]["item_id"], events[2]["item"]["id"]);
  EXPECT_EQ(events[6]["text"], "Hello");
  EXPECT_EQ(events[9]["response"]["output"][0], events[8]["item"]);
  EXPECT_EQ(events[9]["response"]["id"], events[0]["response"]["id"]);
}

TEST_F(ResponsesTest, CallsOfTheClientsToolsAreItems) {
  script = {calls("c1", "now", "{\"a\":1}"), calls("c2", "now", "{}")};
  auto body = post(kPath, {{"input", "hi"}, {"tools", {tool()}}}).json();
  EXPECT_EQ(body["output"], json::parse(R"([{"type": "function_call", "id": "fc_c1", "call_id": "c1", "name": "now",
                                             "arguments": "{\"a\":1}", "status": "completed"}])"));
  auto events = post(kPath, {{"input", "hi"}, {"tools", {tool()}}, {"stream", true}}).events();
  EXPECT_EQ(types(events),
            (std::vector<std::string>{"response.created", "response.in_progress", "response.output_item.added",
                                      "response.function_call_arguments.delta", "response.function_call_arguments.done",
                                      "response.output_item.done", "response.completed"}));
  EXPECT_EQ(events[2]["item"]["arguments"], "");
  EXPECT_EQ(events[5]["item"]["arguments"], "{}");
}

TEST_F(ResponsesTest, WhatWasCutShortIsIncomplete) {
  script = {says({"x"}, "length"), says({"x"}, "length")};
  auto body = post(kPath, {{"input", "hi"}}).json();
  EXPECT_EQ(body["status"], "incomplete");
  EXPECT_EQ(body["incomplete_details"]["reason"], "max_output_tokens");
  auto events = post(kPath, {{"input", "hi"}, {"stream", true}}).events();
  EXPECT_EQ(events.back()["type"], "response.incomplete");
}

TEST_F(ResponsesTest, ErrorsAreToldInTheStream) {
  script = {fails(CHELA_INTERNAL, "cut short", "half"), fails(CHELA_UNAUTHENTICATED, "the key is wrong")};
  auto events = post(kPath, {{"input", "hi"}, {"stream", true}}).events();
  EXPECT_EQ(events.back()["type"], "response.failed");
  EXPECT_THAT(events.back()["response"]["error"]["message"].get<std::string>(), HasSubstr("cut short"));
  auto answer = post(kPath, {{"input", "hi"}});
  EXPECT_GE(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("the key is wrong"));
}

}  // namespace
}  // namespace chela::gateway
