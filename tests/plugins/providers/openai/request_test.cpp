// What is sent, and what refusals mean.

#include "plugins/providers/openai/model_list.hpp"
#include "plugins/providers/openai/service_error.hpp"
#include "tests/plugins/providers/openai/fixture.hpp"

namespace chela::providers::openai {
namespace {

using nlohmann::json;
using chela::testing::RecordedRequest;

RecordedRequest sent(const std::string& service, const std::vector<std::string>& tools = {},
                     const std::string& options = "{}") {
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  host.complete(service, "m\"1", {R"({"role":"system","content":"s"})", R"({"role":"user","content":"hi  there"})"},
                tools, options);
  return host.http().requests().empty() ? RecordedRequest() : host.http().requests().front();
}

std::string header(const RecordedRequest& request, const std::string& name) {
  std::string values;
  for (const auto& [key, value] : request.headers) {
    if (key == name) values += value + ";";
  }
  return values;
}

TEST(Request, HoldsMessagesAsTheyStand) {
  const RecordedRequest request = sent(kService);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://svc.example/v1/chat/completions");
  EXPECT_EQ(request.body,
            R"({"model":"m\"1","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi  there"}],)"
            R"("stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(header(request, "authorization"), "Bearer {{secret:env:SVC_KEY}};");
  EXPECT_EQ(header(request, "content-type"), "application/json;");
  EXPECT_EQ(request.response_bytes_max, 64u << 20);
}

TEST(Request, HoldsToolsAndOptions) {
  const json body = json::parse(
      sent(
          kService, {R"({"type":"function","function":{"name":"f"}})"},
          R"({"temperature":0.2,"maxTokens":100,"topP":0.9,"stop":["a"],"toolChoice":{"type":"function","function":{"name":"f"}},)"
          R"("responseFormat":{"type":"json_object"},"reasoningEffort":"low","later":1})")
          .body);
  EXPECT_EQ(body["tools"][0]["function"]["name"], "f");
  EXPECT_EQ(body["temperature"], 0.2);
  EXPECT_EQ(body["max_tokens"], 100);
  EXPECT_EQ(body["top_p"], 0.9);
  EXPECT_EQ(body["stop"], json::array({"a"}));
  EXPECT_EQ(body["tool_choice"]["function"]["name"], "f");
  EXPECT_EQ(body["response_format"]["type"], "json_object");
  EXPECT_EQ(body["reasoning_effort"], "low");
  EXPECT_EQ(body.size(), 12u);
  EXPECT_FALSE(json::parse(sent(kService, {}, R"({"toolChoice":"auto"})").body).contains("tool_choice"));
}

TEST(Request, FollowsTheService) {
  const RecordedRequest request = sent(
      R"({"id":"azure","baseUrl":"https://x.example/openai/v1/?api-version=1","apiKeySecret":"k","authHeader":"Api-Key",)"
      R"("headers":{"X-Team":"a"},"proxy":"socks5://127.0.0.1:9","maxTokensField":"max_completion_tokens","quirks":{"streamUsage":false},)"
      R"("connectTimeoutMs":1,"firstByteTimeoutMs":2,"idleTimeoutMs":3,"totalTimeoutMs":4})",
      {}, R"({"maxTokens":7})");
  EXPECT_EQ(request.url, "https://x.example/openai/v1/chat/completions?api-version=1");
  EXPECT_EQ(header(request, "api-key"), "{{secret:k}};");
  EXPECT_EQ(header(request, "authorization"), "");
  EXPECT_EQ(header(request, "x-team"), "a;");
  EXPECT_EQ(request.proxy, "socks5://127.0.0.1:9");
  EXPECT_EQ(request.connect_timeout_ms, 1u);
  EXPECT_EQ(request.first_byte_timeout_ms, 2u);
  EXPECT_EQ(request.idle_timeout_ms, 3u);
  EXPECT_EQ(request.total_timeout_ms, 4u);
  const json body = json::parse(request.body);
  EXPECT_EQ(body["max_completion_tokens"], 7);
  EXPECT_FALSE(body.contains("stream_options"));
}

TEST(Request, HasNoKeyWithoutOneAndOneKeyAtMost) {
  EXPECT_EQ(header(sent(R"({"id":"o","baseUrl":"http://127.0.0.1:11434/v1"})"), "authorization"), "");
  const std::string own =
      R"({"id":"o","baseUrl":"http://h/v1","apiKeySecret":"k","headers":{"Authorization":"Basic eA=="}})";
  EXPECT_EQ(header(sent(own), "authorization"), "Basic eA==;");
  const std::string openai = R"({"id":"e","baseUrl":"https://api.openai.com/v1","apiKeySecret":"k","authHeader":true})";
  EXPECT_EQ(header(sent(openai), "authorization"), "Bearer {{secret:k}};");
  EXPECT_TRUE(json::parse(sent(openai, {}, R"({"maxTokens":7})").body).contains("max_completion_tokens"));
}

TEST(Request, RefusesWhatItCannotSend) {
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  const auto said = [&](const char* service, const char* options) {
    return host.complete(service, "m", {}, {}, options)->outcome().text;
  };
  EXPECT_EQ(said(R"({"id":"x"})", "{}"),
            "service x has no address: set models.providers.x.baseUrl, such as https://api.openai.com/v1");
  EXPECT_EQ(said(kService, R"({"temperature":"hot"})"), "options.temperature: expected a number");
  EXPECT_EQ(said(kService, R"({"stop":[1]})"), "options.stop: expected a text or a list of texts");
  EXPECT_EQ(said(R"({"baseUrl":"http://h/v1","headers":{"a":1}})", "{}"),
            "service.headers: expected an object of texts");
  EXPECT_TRUE(host.http().requests().empty());
}

TEST(Refusal, SaysWhatItMeans) {
  const struct {
    std::uint32_t status;
    const char* body;
    const char* expected;
  } table[] = {
      {401,
       R"({"error":{"message":"Incorrect API key provided: sk-abcdefghijkl. Find it at …","code":"invalid_api_key"}})",
       "unauthenticated service svc refused the key: Incorrect API key provided: [key] Find it at … | "},
      {404, R"({"error":{"message":"The model `m1` does not exist","code":"model_not_found"}})",
       "not_found service svc does not know the model m1, or models.providers.svc.baseUrl is wrong: The model `m1` "
       "does not exist | "},
      {429, R"({"error":{"message":"Rate limit reached"}})",
       "exhausted service svc limits the rate or the quota is used up: Rate limit reached | "},
      {429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})",
       "denied the quota at service svc is used up: You exceeded your current quota | "},
      {429, R"({"error":{"message":"Pay first","type":"insufficient_quota","code":null}})",
       "denied the quota at service svc is used up: Pay first | "},
      {402, R"({"error":{"message":"Insufficient credits"}})",
       "denied service svc asks for payment: Insufficient credits | "},
      {400, R"({"error":{"message":"maximum context length is 8192","code":"context_length_exceeded"}})",
       "too_large the conversation is too long for m1: maximum context length is 8192 | "},
      {400, R"([{"error":{"code":400,"message":"in a list"}}])",
       "invalid_argument service svc refused the request: in a list | "},
      {422, R"({"detail":[{"msg":"field required","loc":["body"]}]})",
       "invalid_argument service svc refused the request: field required | "},
      {500, "", "unavailable service svc is in trouble (HTTP 500) | "},
      {502, "<html><title>502\nBad Gateway</title></html>",
       "unavailable service svc is in trouble (HTTP 502): a web page titled \"502 Bad Gateway\" | "},
      {503, "upstream connect error\r\n",
       "unavailable service svc is in trouble (HTTP 503): upstream connect error  | "},
      {529, R"({"error":"overloaded"})", "unavailable service svc is in trouble (HTTP 529): overloaded | "},
      {403, R"({"message":"region"})", "denied service svc does not allow it: region | "},
      {302, "",
       "protocol service svc redirects elsewhere (HTTP 302); set models.providers.svc.baseUrl to the final address | "},
      {418, "teapot", "invalid_argument service svc answered with HTTP 418: teapot | "},
  };
  for (const auto& row : table) EXPECT_EQ(ask(row.body, row.status), row.expected) << row.status;
}

TEST(Refusal, TellsWhenToTryAgain) {
  constexpr std::int64_t kNow = 784111770000;  // 1994-11-06T08:49:30Z
  const std::pair<const char*, std::uint64_t> table[] = {
      {"7", 7000},         {"0", 0},    {"-3", 0},          {"1.5", 1500}, {"Sun, 06 Nov 1994 08:49:37 GMT", 7000},
      {"soon", 0},         {"", 0},     {"99999999999999999999", 86400000}, {"nan", 0}, {"inf", 86400000},
      {"Sun, 06 Nov 1994 08:49:20 GMT", 0}, {"Sun, 06 Nox 1994 08:49:37 GMT", 0}, {"Sun, 40 Nov 1994 08:49:37 GMT", 0}};
  for (const auto& [value, expected] : table) {
    HttpHead head;
    head.headers = {{"retry-after", value}};
    EXPECT_EQ(retry_after_ms(head, kNow), expected) << value;
  }
  HttpHead precise;
  precise.headers = {{"retry-after", "9"}, {"retry-after-ms", "250"}};
  EXPECT_EQ(retry_after_ms(precise, kNow), 250u);
  ScriptedResponse busy = in_pieces({"{}"}, 429);
  busy.headers.emplace_back("retry-after", "2");
  EXPECT_EQ(ask(busy), "exhausted service svc limits the rate or the quota is used up: {} |  | retry after 2000");
}

TEST(Refusal, SurvivesEveryTransportError) {
  ScriptedResponse none;
  none.status = 0;
  none.outcome = CHELA_UNAVAILABLE;
  none.error = "connect: connection refused";
  EXPECT_EQ(ask(none), "unavailable asking service svc at https://svc.example/v1: connect: connection refused | ");
  ScriptedResponse late = in_pieces({"data: " + delta(R"("content":"so far")") + "\n\n"});
  late.outcome = CHELA_TIMED_OUT;
  late.error = "timeout: no data for 60 s";
  EXPECT_EQ(ask(late), "timed_out asking service svc at https://svc.example/v1: timeout: no data for 60 s | so far");
  // The last word was there: a connection that then breaks or hangs takes nothing away.
  ScriptedResponse after = in_pieces({"data: " + delta(R"("content":"all")", R"("stop")") + "\n\n"});
  after.outcome = CHELA_TIMED_OUT;
  EXPECT_EQ(ask(after), "ok stop | all");
}

TEST(Cancel, EndsTheRequestAtEveryPoint) {
  const std::string stream = recorded_streams()[1].stream;
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  const auto waiting = host.complete(kService, "m", {});
  EXPECT_EQ(host.http().open(), 1u);
  host.cancel_completion(*waiting);
  EXPECT_EQ(host.http().open(), 0u);
  EXPECT_EQ(summary(*waiting), "cancelled cancelled | ");
  host.cancel_completion(*waiting);
  const auto open = host.complete(kService, "m", {});
  host.stop();
  EXPECT_EQ(open->outcome().status, CHELA_CANCELLED);
  EXPECT_TRUE(host.breaches().empty());
}

TEST(Models, AreListedInAnyForm) {
  EXPECT_EQ(model_list(R"({"object":"list","data":[{"id":"a","context_length":8192},{"id":"b"},{"no":"id"}]})"),
            R"([{"contextWindow":8192,"id":"a"},{"id":"b"}])");
  EXPECT_EQ(model_list(R"({"models":[{"name":"llama3:8b"},"x"]})"), R"([{"id":"llama3:8b"},{"id":"x"}])");
  EXPECT_EQ(model_list("[]"), "[]");
  EXPECT_THROW(model_list("{}"), Failure);
  EXPECT_THROW(model_list("<html>"), Failure);
  EXPECT_THROW(model_list(std::string(400'000, '[') + std::string(400'000, ']')), Failure);
}

TEST(Models, AreAskedFor) {
  FakeHost host(chela_plugin_entry_openai);
  host.up();
  host.http().script({200, {}, {R"({"data":[{"id":"a"}]})"}, CHELA_OK, ""});
  const auto good = host.list_models(kService);
  EXPECT_EQ(summary(*good), R"(ok stop | [{"id":"a"}])");
  EXPECT_EQ(host.http().requests()[0].method, "GET");
  EXPECT_EQ(host.http().requests()[0].url, "https://svc.example/v1/models");
  host.http().script({401, {}, {"{}"}, CHELA_OK, ""});
  EXPECT_EQ(host.list_models(kService)->outcome().status, CHELA_UNAUTHENTICATED);
  ScriptedResponse refused;
  refused.status = 0;
  refused.outcome = CHELA_UNAVAILABLE;
  refused.error = "connect: connection refused";
  host.http().script(refused);
  EXPECT_EQ(host.list_models(R"({"id":"ollama","baseUrl":"http://127.0.0.1:11434/v1"})")->outcome().text,
            "asking service ollama at http://127.0.0.1:11434/v1: connect: connection refused; is it running?");
  EXPECT_TRUE(host.breaches().empty());
}

}  // namespace
}  // namespace chela::providers::openai
