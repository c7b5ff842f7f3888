#include "kernel/runtime/turn/turn_hooks.hpp"

#include "tests/kernel/runtime/runtime_fixture.hpp"
#include "tests/kernel/runtime/turn/seen_turn.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kEveryPoint = R"(["before_model_resolve", "agent_turn_prepare", "before_prompt_build",
  "before_agent_reply", "before_agent_run", "before_agent_finalize", "agent_end", "llm_input", "llm_output",
  "model_call_started", "model_call_ended", "before_tool_call", "trusted_tool_policy", "after_tool_call",
  "tool_result_middleware", "tool_result_persist", "before_message_write"])";

class TurnHooksTest : public RuntimeTest {
 protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    guard.on_hook = [this](const chela_hook_request& request, const chela_hook_call* call, auto*) {
      std::string point(from_abi(request.point));
      heard.push_back(point);
      events[point] = json::parse(from_abi(request.event));
      contexts[point] = json::parse(from_abi(request.context));
      auto said = answers.find(point);
      if (hangs) {
        hanging.push_back(call);
        return CHELA_OK;
      }
      call->complete(call, CHELA_OK, to_abi(said == answers.end() ? "" : said->second.dump()));
      return CHELA_OK;
    };
  }
  // What a plugin never completes is kept for it.
  void TearDown() override {
    for (const auto* call : hanging) call->complete(call, CHELA_CANCELLED, {});
    settle();
    RuntimeTest::TearDown();
  }
  void listen(std::string_view points = kEveryPoint) {
    write_manifest(guard, fmt::format(R"("provides": [{{"kind": "hook", "id": "guard", "points": {}}}])", points));
    open({&wire, &acme, &guard});
    tools.emplace(*set, ToolSelection{});
    models.emplace(*set, json::object(), [](const std::string&) { return std::nullopt; });
    hooks.emplace(loop, logger, *set);
    listening = &*hooks;
  }
  const TurnResult& run(std::string said = "hello") {
    with = std::make_unique<TurnEnvironment>(environment());
    TurnInput input{.id = "t1", .session_id = "s1", .channel = "web", .sender = "ada"};
    input.messages = {user_message(said)};
    loop.spawn("turn", keep(run_turn(*with, std::move(input), seen, stop.token()), result));
    run_until([this] { return result.has_value(); });
    run_until([this] { return hangs || !hooks->telling(); });
    return *result;
  }
  plugins::ScriptedPlugin& guard = plugin("guard");
  std::map<std::string, json> answers;  // by point
  bool hangs = false;
  std::vector<const chela_hook_call*> hanging;
  std::vector<std::string> heard;
  std::map<std::string, json> events, contexts;
  std::optional<Hooks> hooks;
  std::unique_ptr<TurnEnvironment> with;
  SeenTurn seen;
  CancelSource stop;
  std::optional<TurnResult> result;
};

TEST_F(TurnHooksTest, PassesEveryPointInOrder) {
  listen();
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("It is pong.")};
  EXPECT_EQ(run().text, "It is pong.");
  EXPECT_THAT(heard, ElementsAre("before_model_resolve", "before_agent_reply", "agent_turn_prepare",
                                 "before_prompt_build", "before_agent_run", "llm_input", "model_call_started",
                                 "model_call_ended", "before_message_write", "trusted_tool_policy", "before_tool_call",
                                 "tool_result_middleware", "after_tool_call", "tool_result_persist",
                                 "before_message_write", "model_call_started", "model_call_ended",
                                 "before_message_write", "before_agent_finalize", "llm_output", "agent_end"));
  EXPECT_EQ(events["before_tool_call"]["params"], json::parse(R"({"text":"pong"})"));
  EXPECT_EQ(contexts["before_tool_call"]["toolName"], "echo");
  EXPECT_EQ(contexts["agent_end"]["sessionKey"], "s1");
  EXPECT_EQ(contexts["agent_end"]["senderId"], "ada");
  EXPECT_EQ(contexts["agent_end"]["modelId"], "story");
  const auto& messages = events["agent_end"]["messages"];
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0], json::parse(R"({"role":"user","content":"hello"})"));
  EXPECT_EQ(messages[1]["content"][0], json::parse(
      R"({"type":"toolCall","id":"c1","name":"echo","arguments":{"text":"pong"}})"));
  EXPECT_EQ(messages[2], json::parse(R"({"role":"toolResult","toolCallId":"c1","toolName":"echo",
      "content":[{"type":"text","text":"pong"}],"isError":false})"));
  EXPECT_EQ(events["agent_end"]["success"], true);
  EXPECT_EQ(events["llm_output"]["assistantTexts"], json::parse(R"(["","It is pong."])"));
}

TEST_F(TurnHooksTest, BlocksATool) {
  listen();
  answers["before_tool_call"] = {{"block", true}, {"blockReason", "not on Sundays"}};
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("I could not.")};
  run();
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.events, Contains("result c1 blocked Error: plugin guard does not let echo run: not on Sundays"));
  EXPECT_EQ(events["after_tool_call"]["error"], "Error: plugin guard does not let echo run: not on Sundays");
  EXPECT_EQ(result->text, "I could not.");
}

TEST_F(TurnHooksTest, ChangesTheArgumentsWhichAreCheckedAgain) {
  listen();
  answers["before_tool_call"] = {{"params", {{"text", "changed"}}}};
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("ok")};
  run();
  EXPECT_THAT(seen.events, Contains("result c1 completed changed"));
}

TEST_F(TurnHooksTest, ArgumentsThatDoNotFitAreRefused) {
  listen();
  answers["before_tool_call"] = {{"params", {{"text", 5}}}};
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("ok")};
  run();
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.events, Contains(HasSubstr("`text` must be of type string")));
}

TEST_F(TurnHooksTest, ACallThatNeedsApprovalDoesNotRun) {
  listen();
  answers["trusted_tool_policy"] = {{"requireApproval", {{"title", "Pay?"}, {"description", "d"}}}};
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("ok")};
  run();
  EXPECT_THAT(tool_runs, IsEmpty());
  EXPECT_THAT(seen.events, Contains(HasSubstr("wants echo to be approved by a person first (Pay?)")));
}

TEST_F(TurnHooksTest, AddsToThePrompt) {
  listen();
  answers["agent_turn_prepare"] = {{"appendContext", "after"}};
  answers["before_prompt_build"] = {
      {"prependContext", "before"}, {"appendSystemContext", "Be kind."}, {"toolsAllow", {"echo"}}};
  script = {says("ok")};
  run();
  EXPECT_EQ(requests[0].messages.back()["content"], "before\n\nhello\n\nafter");
  EXPECT_THAT(requests[0].messages[0]["content"].get<std::string>(), testing::EndsWith("\n\nBe kind."));
  EXPECT_THAT(requests[0].tools, ElementsAre("echo"));
}

TEST_F(TurnHooksTest, ChoosesAnotherModel) {
  listen();
  answers["before_model_resolve"] = {{"modelOverride", "other"}};
  script = {says("ok")};
  run();
  EXPECT_EQ(requests[0].model, "other");
}

TEST_F(TurnHooksTest, AModelThatThereIsNotIsPassedOver) {
  listen();
  answers["before_model_resolve"] = {{"modelOverride", "gone"}, {"providerOverride", "nowhere"}};
  script = {says("ok")};
  run();
  EXPECT_EQ(requests[0].model, "story");
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("chose the model nowhere/gone")));
}

TEST_F(TurnHooksTest, StopsTheTurn) {
  listen();
  answers["before_agent_run"] = {{"outcome", "block"}, {"reason", "secret"}, {"message", "Please ask another way."}};
  run();
  EXPECT_EQ(result->finish_reason, "error");
  EXPECT_EQ(result->error->code, ErrorCode::denied);
  EXPECT_EQ(result->error->message, "Please ask another way.");
  EXPECT_THAT(requests, IsEmpty());
  EXPECT_EQ(events["agent_end"]["success"], false);
}

TEST_F(TurnHooksTest, AnswersItself) {
  listen();
  answers["before_agent_reply"] = {{"handled", true}, {"reply", {{"text", "It is me."}}}};
  run();
  EXPECT_EQ(result->text, "It is me.");
  EXPECT_EQ(result->finish_reason, "stop");
  EXPECT_THAT(requests, IsEmpty());
  ASSERT_EQ(seen.conversation.size(), 1u);
  EXPECT_EQ(seen.conversation[0]["content"], "It is me.");
}

TEST_F(TurnHooksTest, ChangesWhatAToolSaidAndWhatIsKeptOfIt) {
  listen();
  answers["tool_result_middleware"] = {{"result", {{"content", {{{"type", "text"}, {"text", "seen"}}}}}}};
  answers["tool_result_persist"] = {
      {"message", {{"role", "toolResult"}, {"content", {{{"type", "text"}, {"text", "kept"}}}}}}};
  script = {calls({{"c1", "echo", R"({"text":"pong"})"}}), says("ok")};
  run();
  EXPECT_EQ(requests[1].messages.back()["content"], "seen");
  EXPECT_EQ(seen.conversation[1]["content"], "kept");
  EXPECT_EQ(seen.conversation[1]["tool_call_id"], "c1");
}

TEST_F(TurnHooksTest, WhatIsBlockedIsNotKept) {
  listen();
  answers["before_message_write"] = {{"block", true}};
  script = {says("secret")};
  EXPECT_EQ(run().text, "secret");
  EXPECT_THAT(seen.conversation, IsEmpty());
}

TEST_F(TurnHooksTest, SendsAnAnswerBackAFewTimes) {
  listen(R"(["before_agent_finalize"])");
  answers["before_agent_finalize"] = {{"action", "revise"}, {"reason", "Shorter."}};
  script = {says("one"), says("two"), says("three"), says("four"), says("five")};
  run();
  EXPECT_EQ(result->completions, 1 + TurnHooks::kRevisionsMax);
  EXPECT_EQ(requests[1].messages.back()["content"], "Shorter.");
  EXPECT_EQ(events["before_agent_finalize"]["stopHookActive"], true);
  EXPECT_EQ(result->finish_reason, "stop");
}

TEST_F(TurnHooksTest, APluginThatHangsHoldsUpNoLongerThanItsTime) {
  listen(R"(["before_prompt_build", "agent_end"])");
  hangs = true;
  script = {says("ok")};
  with = std::make_unique<TurnEnvironment>(environment());
  TurnInput input{.id = "t1", .messages = {user_message("hello")}};
  loop.spawn("turn", keep(run_turn(*with, std::move(input), seen, stop.token()), result));
  run_until([this] { return heard.size() == 1; });
  advance(std::chrono::seconds(14));
  EXPECT_FALSE(result);
  advance(std::chrono::seconds(2));
  run_until([this] { return result.has_value(); });
  EXPECT_EQ(result->text, "ok");
}

TEST_F(TurnHooksTest, NothingIsMadeForATurnThatNobodyListensTo) {
  listen(R"(["message_received"])");
  with = std::make_unique<TurnEnvironment>(environment());
  EXPECT_EQ(TurnHooks::create(*with, {}), nullptr);
  with->hooks = nullptr;
  EXPECT_EQ(TurnHooks::create(*with, {}), nullptr);
}

}  // namespace
}  // namespace chela::runtime
