#include "kernel/gateway/methods.hpp"

#include "chela/ext/gateway_method.h"
#include "kernel/gateway/core_methods.hpp"
#include "kernel/gateway/methods_api.hpp"
#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;

// What the plugin was asked, and what it says; the ABI's functions are given nothing but the plugin.
struct Weather {
  std::function<void(const chela_gateway_method_call*)> answer;
  std::vector<json> asked;
  const chela_gateway_method_call* open = nullptr;
  int cancels = 0;

  static Weather*& current() {
    static Weather* one = nullptr;
    return one;
  }
  static chela_status start(const chela_plugin*, const chela_gateway_method_request* request,
                            const chela_gateway_method_call* call, const chela_error_sink*) {
    current()->asked.push_back({{"method", from_abi(request->method)},
                                {"params", json::parse(from_abi(request->params))},
                                {"context", json::parse(from_abi(request->context))}});
    if (current()->answer) current()->answer(call);
    else current()->open = call;
    return CHELA_OK;
  }
  static void cancel(const chela_plugin*, uint64_t) {
    ++current()->cancels;
    if (auto* call = std::exchange(current()->open, nullptr)) call->complete(call, CHELA_CANCELLED, to_abi("ended"));
  }
  static constexpr chela_plugin_gateway_method table = {sizeof(chela_plugin_gateway_method), &start, &cancel};
};

class MethodsTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Weather::current() = &weather;
    wire.extensions[CHELA_EXT_GATEWAY_METHOD] = &Weather::table;
    methods.emplace(loop, *set, [] { return Duration(std::chrono::seconds(5)); });
    add_core_methods(*methods, *context, [] { return json{{"gateway", {{"port", 1}}}}; });
    methods->refresh();
    add_methods_api(*service, *context, *methods);
  }
  // Before the plugin is known.
  std::string provisions() override {
    return R"({"kind": "provider", "id": "wire"}, {"kind": "gateway_method", "id": "weather.today"},
      {"kind": "gateway_method", "id": "weather.read", "scope": "operator.read"},
      {"kind": "gateway_method", "id": "weather.odd", "scope": "operator.everything"},
      {"kind": "gateway_method", "id": "config.weather", "scope": "operator.read"},
      {"kind": "gateway_method", "id": "health"})";
  }
  static auto says(std::string text, chela_status status = CHELA_OK) {
    return [=](const chela_gateway_method_call* call) { call->complete(call, status, to_abi(text)); };
  }
  Result<std::string> call(std::string name, MethodCaller caller, std::string params = "{}") {
    return await(methods->call({.method = std::move(name), .params = std::move(params), .caller = std::move(caller)}));
  }
  static MethodCaller plugin_caller(Scope scope = Scope::operator_write) {
    return {.scope = scope, .client_id = "plugin:other", .plugin_id = "other"};
  }

  Weather weather;
  std::optional<MethodTable> methods;
};

TEST_F(MethodsTest, AClientCallsAMethodOfAPlugin) {
  weather.answer = says(R"({"sky":"grey"})");
  auto answer = ask("POST", "/api/methods/weather.today", R"({"city":"Kiel"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json(), (json{{"sky", "grey"}}));
  ASSERT_EQ(weather.asked.size(), 1u);
  EXPECT_EQ(weather.asked[0]["method"], "weather.today");
  EXPECT_EQ(weather.asked[0]["params"], (json{{"city", "Kiel"}}));
  EXPECT_EQ(weather.asked[0]["context"]["scopes"], (json{"operator.read", "operator.write", "operator.admin"}));
}

TEST_F(MethodsTest, WithoutABodyTheParametersAreAnEmptyObject) {
  weather.answer = says("null");
  EXPECT_EQ(ask("POST", "/api/methods/weather.today").body, "null");
  EXPECT_EQ(weather.asked[0]["params"], json::object());
}

TEST_F(MethodsTest, WhatIsNoJsonReachesNobody) {
  auto answer = ask("POST", "/api/methods/weather.today", "{city}");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(weather.asked.empty());
  EXPECT_EQ(ask("POST", "/api/methods/weather.today", std::string(100, '[') + std::string(100, ']')).status, 400);
}

TEST_F(MethodsTest, AMethodThatNobodyHasIsNotFoundWithAHint) {
  auto answer = ask("POST", "/api/methods/weather.tody", "{}");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, testing::HasSubstr("did you mean weather.today?"));
  EXPECT_THAT(ask("POST", "/api/methods/zzzzzzzzzz", "{}").body, testing::HasSubstr("there are commands.list"));
}

TEST_F(MethodsTest, APluginsFailureNamesItAndItsReason) {
  weather.answer = says("no forecast", CHELA_UNAVAILABLE);
  auto answer = ask("POST", "/api/methods/weather.today", "{}");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, testing::HasSubstr("weather.today (plugin wire): no forecast"));
}

TEST_F(MethodsTest, AnAnswerThatIsNoJsonOrTooLargeIsNotHandedOn) {
  weather.answer = says("{nearly");
  EXPECT_EQ(ask("POST", "/api/methods/weather.today", "{}").status, 400);
  weather.answer = says('"' + std::string(9u << 20, 'x') + '"');
  EXPECT_EQ(ask("POST", "/api/methods/weather.today", "{}").status, 413);
}

TEST_F(MethodsTest, WhatNeverAnswersIsAnsweredFor) {
  std::optional<Result<std::string>> answer;
  loop.spawn("call", keep(methods->call({.method = "weather.today", .caller = plugin_caller()}), answer));
  run_until([&] { return weather.open != nullptr; });
  advance(std::chrono::seconds(6));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::timed_out);
  EXPECT_EQ(weather.cancels, 1);
}

TEST_F(MethodsTest, ACallerMayWhatItsScopeSays) {
  weather.answer = says("1");
  EXPECT_TRUE(call("weather.read", plugin_caller(Scope::operator_read)));
  EXPECT_EQ(call("weather.today", plugin_caller(Scope::operator_read)).error().code, ErrorCode::denied);
  EXPECT_TRUE(call("weather.today", plugin_caller()));
  for (auto* name : {"weather.odd", "config.weather"}) {
    auto refused = call(name, plugin_caller());
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, testing::HasSubstr("needs operator.admin, the caller has operator.write"));
  }
  EXPECT_EQ(weather.asked.back()["context"], (json{{"scopes", {"operator.read", "operator.write"}},
                                                   {"clientId", "plugin:other"}, {"plugin", "other"}}));
}

TEST_F(MethodsTest, ConversationsAreOnlyForThoseWhoMaySeeThem) {
  auto refused = call("sessions.list", plugin_caller());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("plugins.entries.other.hooks.allowConversationAccess"));
  auto allowed = plugin_caller();
  allowed.sees_conversations = true;
  EXPECT_EQ(call("sessions.list", allowed).value_or(""), R"({"sessions":[]})");
}

TEST_F(MethodsTest, TheGatewaysOwnMethodsAnswer) {
  script.push_back(GatewayTest::says({"Hi."}));
  ASSERT_EQ(post("/api/sessions/s1/messages", {{"text", "hello"}}).status, 200);
  auto own = [&](std::string name, json params = json::object()) {
    auto answer = post("/api/methods/" + name, params);
    EXPECT_EQ(answer.status, 200) << name << answer.body;
    return answer.json();
  };
  EXPECT_EQ(own("health")["ok"], true);
  EXPECT_EQ(own("status")["version"], "1.2.3");
  EXPECT_EQ(own("sessions.list")["sessions"][0]["key"], "s1");
  EXPECT_EQ(own("sessions.history", {{"key", "s1"}})["messages"][1]["text"], "Hi.");
  EXPECT_EQ(own("sessions.history", {{"key", "s1"}, {"limit", 1}})["messages"].size(), 1u);
  EXPECT_EQ(own("models.list")["models"][0]["ref"], "inside/story");
  EXPECT_EQ(own("config.get")["config"]["gateway"]["port"], 1);
  EXPECT_EQ(post("/api/methods/sessions.history", {{"key", "none"}}).status, 404);
}

TEST_F(MethodsTest, TheListsSayWhoseTheyAre) {
  auto listed = ask("GET", "/api/methods").json()["methods"];
  EXPECT_THAT(listed, testing::Contains(json{{"name", "weather.today"}, {"scope", "operator.write"}, {"plugin", "wire"}}));
  EXPECT_THAT(listed, testing::Contains(json{{"name", "health"}, {"scope", "operator.read"}}));
  EXPECT_EQ(methods->diagnostics().size(), 1u);  // health
  EXPECT_EQ(ask("GET", "/api/commands").json(), (json{{"commands", json::array()}}));
}

}  // namespace
}  // namespace chela::gateway
