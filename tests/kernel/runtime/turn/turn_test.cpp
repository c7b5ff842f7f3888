#include "kernel/runtime/turn/turn.hpp"

#include "tests/kernel/runtime/runtime_fixture.hpp"
#include "tests/kernel/runtime/turn/seen_turn.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TurnTest : public RuntimeTest {
 protected:
  void start(TurnInput input = {}) {
    input.id = "t1";
    if (input.messages.empty()) input.messages = {user_message("hello")};
    with = std::make_unique<TurnEnvironment>(environment());
    loop.spawn("turn", keep(run_turn(*with, std::move(input), seen, stop.token()), result));
    settle();
  }
  const TurnResult& finish_turn() {
    run_until([this] { return result.has_value(); });
    return *result;
  }
  const TurnResult& run(TurnInput input = {}) {
    start(std::move(input));
    return finish_turn();
  }
  // Until the model is asked for the n-th time and leaves the completion open.
  void until_open() {
    run_until([this] { return open_completion || result; });
    ASSERT_NE(open_completion, nullptr);
  }
  std::string error() {
    return result->error ? std::string(name_of(result->error->code)) + ": " + result->error->message : "";
  }

  std::unique_ptr<TurnEnvironment> with;
  SeenTurn seen;
  CancelSource stop;
  std::optional<TurnResult> result;
};

TEST_F(TurnTest, AsksAndAnswers) {
  script = {[](auto* c) {
    c->reasoning(c, to_abi("hm"));
    c->text(c, to_abi("Good "));
    c->text(c, to_abi("day."));
    use(c, 12, 3);
    finish(c);
  }};
  const auto& done = run({.messages = {user_message("before"), assistant_message("yes?", {}), user_message("hello")},
                          .options = R"({"temperature":0.5})"});
  EXPECT_EQ(done.finish_reason, "stop");
  EXPECT_FALSE(done.error);
  EXPECT_EQ(done.text, "Good day.");
  EXPECT_EQ(done.usage.input_tokens, 12u);
  EXPECT_EQ(done.model.text(), "inside/story");
  EXPECT_EQ(done.completions, 1);
  EXPECT_THAT(seen.events, ElementsAre("reasoning hm", "text Good ", "text day."));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].model, "story");
  EXPECT_EQ(requests[0].options["temperature"], 0.5);
  EXPECT_THAT(requests[0].tools, ElementsAre("alone", "deny", "echo", "hold"));
  ASSERT_EQ(requests[0].messages.size(), 4u);
  EXPECT_EQ(requests[0].messages[0]["role"], "system");
  EXPECT_EQ(requests[0].messages[3]["content"], "hello");
  EXPECT_THAT(seen.conversation, ElementsAre(json{{"role", "assistant"}, {"content", "Good day."}}));
  EXPECT_EQ(totals.turns, 1u);
  EXPECT_EQ(totals.completions, 1u);
  EXPECT_EQ(totals.input_tokens, 12u);
}

TEST_F(TurnTest, RunsToolsAndAsksAgain) {
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}, "Let me see."), says("It is pong.")};
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "stop");
  EXPECT_EQ(done.text, "Let me see.\n\nIt is pong.");
  EXPECT_EQ(done.completions, 2);
  EXPECT_EQ(done.tool_calls, 1);
  EXPECT_THAT(seen.events, ElementsAre("text Let me see.", "start c1", "progress c1 working",
                                       "result c1 completed pong", "text \n\n", "text It is pong."));
  ASSERT_EQ(requests.size(), 2u);
  const auto& messages = requests[1].messages;
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2]["tool_calls"][0]["function"]["arguments"], R"({"text":"pong"})");
  EXPECT_EQ(messages[2]["content"], "Let me see.");
  EXPECT_EQ(messages[3], json::parse(R"({"role":"tool","tool_call_id":"c1","content":"pong"})"));
  ASSERT_EQ(seen.conversation.size(), 3u);
  EXPECT_EQ(totals.tool_calls, 1u);
  EXPECT_EQ(totals.failed_tool_calls, 0u);
}

TEST_F(TurnTest, WhatIsWrongWithACallIsToldToTheModel) {
  script = {calls({{"c1", "nothing"}, {"c2", "echo"}, {"c3", "echo", "no json"}, {"c4", "deny"}}), says("I see.")};
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "stop");
  EXPECT_EQ(done.failed_tool_calls, 4);
  EXPECT_THAT(seen.events, Contains("result c1 failed Error: there is no tool named nothing"));
  EXPECT_THAT(seen.events, Contains("result c2 failed Error: echo needs the argument `text`"));
  EXPECT_THAT(seen.events,
              Contains("result c3 failed Error: the arguments of echo are not a JSON object; send them again as one"));
  EXPECT_THAT(seen.events, Contains("result c4 blocked Error: not allowed here"));
  EXPECT_THAT(tool_runs, ElementsAre("deny"));
  EXPECT_EQ(requests[1].messages.size(), 7u);
  EXPECT_EQ(totals.failed_tool_calls, 4u);
}

TEST_F(TurnTest, CallsWithoutAnIdGetOne) {
  script = {calls({{"", "echo", R"({"text":"a"})"}, {"", "echo", R"({"text":"b"})"}}), says("ok")};
  run();
  const auto& asked = requests[1].messages[2]["tool_calls"];
  EXPECT_EQ(asked[0]["id"], "call_t1_1_0");
  EXPECT_EQ(asked[1]["id"], "call_t1_1_1");
  EXPECT_EQ(requests[1].messages[3]["tool_call_id"], "call_t1_1_0");
}

TEST_F(TurnTest, ToolsRunSideBySideWhenAllMay) {
  script = {calls({{"c1", "hold"}, {"c2", "echo", R"({"text":"quick"})"}, {"c3", "hold"}}), says("ok")};
  start();
  run_until([this] { return held_calls.size() == 2; });
  EXPECT_THAT(tool_runs, ElementsAre("hold", "echo", "hold"));
  advance(milliseconds(1500));
  auto last = held_calls.rbegin()->second;
  held_calls.erase(std::prev(held_calls.end()));
  last->complete(last, CHELA_OK, to_abi("third"));
  release("first");
  finish_turn();
  EXPECT_EQ(requests[1].messages[3]["content"], "first");
  EXPECT_EQ(requests[1].messages[4]["content"], "quick");
  EXPECT_EQ(requests[1].messages[5]["content"], "third");
  EXPECT_THAT(seen.durations, Contains(Duration(milliseconds(1500))));
}

TEST_F(TurnTest, OneToolThatMustBeAloneMakesAllWait) {
  script = {calls({{"c1", "hold"}, {"c2", "alone"}, {"c3", "echo", R"({"text":"x"})"}}), says("ok")};
  start();
  run_until([this] { return held_calls.size() == 1; });
  EXPECT_THAT(tool_runs, ElementsAre("hold"));
  release("1");
  run_until([this] { return held_calls.size() == 1; });
  EXPECT_THAT(tool_runs, ElementsAre("hold", "alone"));
  release("2");
  finish_turn();
  EXPECT_THAT(tool_runs, ElementsAre("hold", "alone", "echo"));
}

TEST_F(TurnTest, AToolThatDoesNotAnswerIsAnsweredFor) {
  script = {calls({{"c1", "alone"}}), says("never mind")};
  start();
  run_until([this] { return !held_calls.empty(); });
  advance(seconds(30));
  EXPECT_EQ(finish_turn().finish_reason, "stop");
  EXPECT_THAT(seen.events, Contains("result c1 failed Error: alone gave no result within 30 s"));
  EXPECT_EQ(totals.tool_timeouts, 1u);
}

TEST_F(TurnTest, StopsAtItsLimitOfSteps) {
  limits.iterations_max = 3;
  for (int i = 0; i < 5; ++i) script.push_back(calls({{"c" + std::to_string(i), "echo", R"({"text":"again"})"}}));
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "limit");
  EXPECT_EQ(requests.size(), 3u);
  EXPECT_EQ(done.tool_calls, 3);
  EXPECT_EQ(
      error(),
      "exhausted: the turn used all of its 3 steps; ask for less at once, or raise agents.defaults.maxToolRounds");
  EXPECT_EQ(seen.conversation.size(), 6u);  // every call has its answer
}

TEST_F(TurnTest, StopsAtItsLimitOfTokens) {
  limits.tokens_max = 100;
  for (int i = 0; i < 5; ++i) {
    script.push_back([](auto* c) {
      use(c, 40, 20);
      calls({{"c", "echo", R"({"text":"x"})"}})(c);
    });
  }
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "limit");
  EXPECT_EQ(requests.size(), 2u);
  EXPECT_EQ(error(), "exhausted: the turn used 120 of 100 tokens; raise agents.defaults.maxTurnTokens");
}

TEST_F(TurnTest, StopsAtItsLimitOfTime) {
  limits.time_max = seconds(60);
  start();
  until_open();
  open_completion->text(open_completion, to_abi("I was about to"));
  advance(seconds(60));
  EXPECT_EQ(finish_turn().finish_reason, "limit");
  EXPECT_EQ(error(), "timed_out: the turn took longer than 60 s; raise agents.defaults.timeoutSeconds");
  EXPECT_EQ(result->text, "I was about to");
  EXPECT_EQ(open_completion, nullptr);  // the model was told
}

TEST_F(TurnTest, StopsAtItsLimitOfTimeWhileAToolRuns) {
  limits.time_max = seconds(20);
  script = {calls({{"c1", "alone"}})};
  start();
  run_until([this] { return !held_calls.empty(); });
  advance(seconds(20));
  EXPECT_EQ(finish_turn().finish_reason, "limit");
  EXPECT_THAT(error(), HasSubstr("longer than 20 s"));
  EXPECT_TRUE(held_calls.empty());
  EXPECT_EQ(seen.conversation.size(), 2u);
}

TEST_F(TurnTest, TooManyCallsAtOnceAreNotRunNorKept) {
  limits.tool_calls_max = 2;
  script = {calls({{"a", "echo"}, {"b", "echo"}, {"c", "echo"}}, "I try everything.")};
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "limit");
  EXPECT_EQ(error(), "exhausted: the model called 3 tools at once, 2 are allowed");
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.conversation, ElementsAre(json{{"role", "assistant"}, {"content", "I try everything."}}));
}

TEST_F(TurnTest, PartialTextIsKeptWhenTheModelFails) {
  script = {fails(CHELA_PROTOCOL, "the stream was cut", "Half an ans")};
  const auto& done = run();
  EXPECT_EQ(done.finish_reason, "error");
  EXPECT_EQ(error(), "protocol: the stream was cut");
  EXPECT_EQ(done.text, "Half an ans");
  EXPECT_THAT(seen.conversation, ElementsAre(json{{"role", "assistant"}, {"content", "Half an ans"}}));
  EXPECT_EQ(totals.failed_completions, 1u);
}

TEST_F(TurnTest, CallsOfAFailedCompletionAreDropped) {
  script = {[](auto* c) {
    c->text(c, to_abi("wait"));
    c->tool_call(c, 0, to_abi("c1"), to_abi("echo"));
    c->tool_arguments(c, 0, to_abi("{\"te"));
    c->complete(c, CHELA_PROTOCOL, to_abi("cut"), 0);
  }};
  run();
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.conversation, ElementsAre(json{{"role", "assistant"}, {"content", "wait"}}));
}

TEST_F(TurnTest, AFailureAfterToolsKeepsTheirResults) {
  script = {calls({{"c1", "echo", R"({"text":"done"})"}}), fails(CHELA_INTERNAL, "broken")};
  EXPECT_EQ(run().finish_reason, "error");
  EXPECT_EQ(seen.conversation.size(), 2u);
}

TEST_F(TurnTest, AsksAgainWhenTheServiceRefusesForNow) {
  script = {fails(CHELA_UNAVAILABLE, "overloaded"), says("Here I am.")};
  start();
  run_until([this] { return requests.size() == 1; });
  settle();
  EXPECT_FALSE(result);
  for (int i = 0; i < 10 && !result; ++i) advance(milliseconds(100));
  EXPECT_EQ(finish_turn().text, "Here I am.");
  EXPECT_EQ(requests.size(), 2u);
}

TEST_F(TurnTest, CanBeCancelledBeforeItBegins) {
  stop.cancel();
  EXPECT_EQ(run().finish_reason, "cancelled");
  EXPECT_THAT(requests, IsEmpty());
}

TEST_F(TurnTest, CanBeCancelledWhileTheModelThinks) {
  start();
  until_open();
  open_completion->text(open_completion, to_abi("so far"));
  stop.cancel();
  EXPECT_EQ(finish_turn().finish_reason, "cancelled");
  EXPECT_EQ(result->text, "so far");
  EXPECT_EQ(result->error->code, ErrorCode::cancelled);
  EXPECT_THAT(seen.conversation, ElementsAre(json{{"role", "assistant"}, {"content", "so far"}}));
  EXPECT_EQ(open_completion, nullptr);
}

TEST_F(TurnTest, CanBeCancelledWhileToolsRun) {
  script = {calls({{"c1", "hold"}, {"c2", "hold"}})};
  start();
  run_until([this] { return held_calls.size() == 2; });
  stop.cancel();
  EXPECT_EQ(finish_turn().finish_reason, "cancelled");
  EXPECT_TRUE(held_calls.empty());
  EXPECT_EQ(requests.size(), 1u);
  EXPECT_EQ(seen.conversation.size(), 3u);  // the calls have answers, so that the conversation can go on
  settle();                                 // the calls' own ends come after the turn's
}

TEST_F(TurnTest, CanBeCancelledBetweenToolsThatRunAlone) {
  script = {calls({{"c1", "alone"}, {"c2", "alone"}})};
  start();
  run_until([this] { return held_calls.size() == 1; });
  stop.cancel();
  EXPECT_EQ(finish_turn().finish_reason, "cancelled");
  EXPECT_THAT(tool_runs, ElementsAre("alone"));
  EXPECT_EQ(seen.conversation.size(), 3u);
  settle();  // as above
}

TEST_F(TurnTest, CanBeCancelledWhileItWaitsToAskAgain) {
  script = {fails(CHELA_UNAVAILABLE, "overloaded")};
  start();
  run_until([this] { return requests.size() == 1; });
  settle();
  stop.cancel();
  EXPECT_EQ(finish_turn().finish_reason, "cancelled");
}

TEST_F(TurnTest, ClientToolsEndTheTurn) {
  ClientTool weather{"weather",
                     std::make_shared<const std::string>(R"({"type":"function","function":{"name":"weather"}})")};
  ClientTool echo{"echo", std::make_shared<const std::string>(R"({"type":"function","function":{"name":"echo"}})")};
  script = {calls({{"c1", "weather", R"({"place":"x"})"}, {"c2", "deny"}, {"c3", "echo"}})};
  const auto& done = run({.client_tools = {weather, echo}});
  EXPECT_EQ(done.finish_reason, "tool_calls");
  EXPECT_FALSE(done.error);
  ASSERT_EQ(done.client_tool_calls.size(), 2u);
  EXPECT_EQ(done.client_tool_calls[0].arguments, R"({"place":"x"})");
  EXPECT_EQ(done.client_tool_calls[1].name, "echo");  // the client's goes before ours
  EXPECT_THAT(tool_runs, ElementsAre("deny"));
  EXPECT_THAT(requests[0].tools, ElementsAre("weather", "echo", "alone", "deny", "hold"));
}

TEST_F(TurnTest, MayBeRunWithoutTheGatewaysTools) {
  script = {calls({{"c1", "deny"}}), says("ok")};
  run({.use_tools = false});
  EXPECT_THAT(requests[0].tools, IsEmpty());
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.events, Contains("result c1 failed Error: there is no tool named deny"));
}

TEST_F(TurnTest, TakesTheModelThatIsAskedFor) {
  script = {says("ok")};
  run({.model = "inside/other"});
  EXPECT_EQ(requests[0].model, "other");
  result.reset();
  EXPECT_EQ(run({.model = "nobody/x"}).finish_reason, "error");
  EXPECT_THAT(error(), HasSubstr("not_found: no model `nobody/x`; known are inside/story"));
}

TEST_F(TurnTest, ReasonsToStopArePassedOn) {
  for (const char* reason : {"length", "content_filter", "stop"}) {
    script = {[reason](auto* c) { finish(c, reason); }};
    result.reset();
    EXPECT_EQ(run().finish_reason, reason);
  }
  script = {[](auto* c) { finish(c, ""); }};
  result.reset();
  EXPECT_EQ(run().finish_reason, "stop");
}

}  // namespace
}  // namespace chela::runtime
