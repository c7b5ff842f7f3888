#include "kernel/runtime/hooks/hooks.hpp"

#include "tests/kernel/runtime/hooks/hooks_fixture.hpp"

namespace chela::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const char* const kTool = R"(["before_tool_call"])";

TEST_F(HooksTest, NobodyListens) {
  listener("idle", R"(["agent_end"])", [](auto&) { return json(); });
  make();
  EXPECT_TRUE(hooks->hears(HookPoint::agent_end));
  EXPECT_FALSE(hooks->hears(HookPoint::before_tool_call));
  EXPECT_EQ(ask(HookPoint::before_tool_call), json::object());
  EXPECT_THAT(listeners[0]->calls, IsEmpty());  // nothing was started
}

TEST_F(HooksTest, AsksInOrderAndShowsEachWhatHasChanged) {
  listener("bob", kTool, [](auto& call) { return json{{"params", {{"n", call.event["params"]["n"].template get<int>() + 1}}}}; });
  listener("ann", kTool, [](auto&) { return json(); });
  listener("zoe", kTool, [](auto&) { return json{{"params", {{"n", 10}}}}; }, 5);
  make();
  auto said = ask(HookPoint::before_tool_call, {{"toolName", "t"}, {"params", {{"n", 1}}}});
  EXPECT_THAT(order(), ElementsAre("zoe", "ann", "bob"));
  EXPECT_EQ(said["params"]["n"], 11);
  EXPECT_EQ(heard[0].context["agentId"], "main");
  EXPECT_EQ(heard[0].timeout_ms, 15'000u);
  EXPECT_EQ(hooks->totals().calls, 3u);
  EXPECT_EQ(hooks->totals().failures, 0u);
}

TEST_F(HooksTest, NobodyIsAskedAfterABlock) {
  listener("ann", kTool, [](auto&) { return json{{"block", true}, {"blockReason", "no"}}; });
  listener("bob", kTool, [](auto&) { return json{{"params", json::object()}}; });
  make();
  EXPECT_EQ(ask(HookPoint::before_tool_call), json::parse(R"({"block":true,"blockReason":"no","plugin":"ann"})"));
  EXPECT_THAT(order(), ElementsAre("ann"));
}

TEST_F(HooksTest, TheFirstThatHandlesClaims) {
  listener("ann", R"(["before_dispatch"])", [](auto&) { return json{{"handled", false}, {"text", "x"}}; });
  listener("bob", R"(["before_dispatch"])", [](auto&) { return json{{"handled", true}, {"text", "mine"}}; });
  listener("cid", R"(["before_dispatch"])", [](auto&) { return json{{"handled", true}}; });
  make();
  EXPECT_EQ(ask(HookPoint::before_dispatch), json::parse(R"({"handled":true,"text":"mine","plugin":"bob"})"));
  EXPECT_THAT(order(), ElementsAre("ann", "bob"));
}

TEST_F(HooksTest, AFailureIsPassedOverButAtAGate) {
  auto& bad = listener("bad", R"(["before_tool_call", "message_sending", "before_agent_run"])", {});
  listener("ok", R"(["message_sending"])", [](auto&) { return json{{"content", "c"}}; });
  bad.on_hook = [](auto&, auto*, const chela_error_sink* error) {
    error->set(error, to_abi("out of order"));
    return CHELA_UNAVAILABLE;
  };
  make();
  EXPECT_EQ(ask(HookPoint::message_sending)["content"], "c");
  auto tool = ask(HookPoint::before_tool_call);
  EXPECT_EQ(tool["block"], true);
  EXPECT_THAT(tool["blockReason"].get<std::string>(), HasSubstr("plugin bad was asked and failed: it refused: out of order"));
  EXPECT_EQ(ask(HookPoint::before_agent_run)["outcome"], "block");
  EXPECT_EQ(hooks->totals().failures, 3u);
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("plugin bad: message_sending: it refused: out of order")));
}

TEST_F(HooksTest, WhatIsNoObjectIsAFailure) {
  listener("bad", R"(["message_sending", "before_tool_call"])", [](auto&) { return json::array(); });
  make();
  EXPECT_EQ(ask(HookPoint::message_sending), json::object());
  EXPECT_EQ(ask(HookPoint::before_tool_call)["block"], true);
  EXPECT_EQ(hooks->totals().failures, 2u);
}

TEST_F(HooksTest, ALateOneIsCancelledAndAnsweredFor) {
  listener("late", R"(["message_sending"])", {});
  make();
  std::optional<json> said;
  loop.spawn("ask", keep(hooks->ask(HookPoint::message_sending, json::object(), json::object(), {}), said));
  settle();
  EXPECT_EQ(heard.size(), 1u);
  advance(seconds(14));
  EXPECT_FALSE(said);
  advance(seconds(2));
  run_until([&] { return said.has_value(); });
  EXPECT_EQ(*said, json::object());
  EXPECT_EQ(cancelled, 1);
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("it gave no answer within 15000 ms")));
}

TEST_F(HooksTest, TheOperatorSaysHowLong) {
  listener("ann", R"(["message_sending", "before_tool_call"])", [](auto&) { return json(); });
  make();
  hooks->set_rules({{"ann", {.timeouts_ms = {{"before_tool_call", 70}}, .timeout_ms = 900}}});
  ask(HookPoint::message_sending);
  ask(HookPoint::before_tool_call);
  EXPECT_EQ(heard[0].timeout_ms, 900u);
  EXPECT_EQ(heard[1].timeout_ms, 70u);
}

TEST_F(HooksTest, ToldSideBySideAndNobodyWaits) {
  listener("ann", R"(["agent_end"])", {});
  listener("bob", R"(["agent_end"])", [](auto&) { return json(); });
  make();
  hooks->tell(HookPoint::agent_end, {{"success", true}}, json::object());
  run_until([&] { return heard.size() == 2; });
  EXPECT_THAT(order(), UnorderedElementsAre("ann", "bob"));
  advance(seconds(31));
  run_until([&] { return hooks->totals().failures == 1; });
  EXPECT_EQ(cancelled, 1);
}

TEST_F(HooksTest, TooManyAtOnceAreDropped) {
  listener("ann", R"(["message_received"])", {});
  make();
  for (int i = 0; i < 80; ++i) hooks->tell(HookPoint::message_received, json::object(), json::object());
  run_until([&] { return heard.size() == 64; });
  settle();
  EXPECT_EQ(heard.size(), 64u);
  EXPECT_EQ(hooks->totals().failures, 16u);
}

TEST_F(HooksTest, OnlyWhatRunsIsToldOfTheEnd) {
  listener("ann", R"(["gateway_stop", "message_sending"])", [](auto&) { return json(); });
  listener("bob", R"(["gateway_stop"])", [](auto&) { return json(); });
  make();
  ask(HookPoint::message_sending);
  hooks->tell_started(HookPoint::gateway_stop, json::object(), json::object());
  EXPECT_TRUE(hooks->telling());
  run_until([&] { return !hooks->telling(); });
  EXPECT_THAT(order(), ElementsAre("ann", "ann"));
}

TEST_F(HooksTest, StrangersSeeNoConversationsUnlessTheOperatorSaysSo) {
  // Its code is not asked for: what its manifest says is enough here.
  write_manifest(plugin("guest"), R"("provides": [{"kind": "hook", "id": "guest",
    "points": ["agent_end", "before_prompt_build", "before_tool_call"]}])", "home");
  make();
  EXPECT_FALSE(hooks->hears(HookPoint::agent_end));
  EXPECT_TRUE(hooks->hears(HookPoint::before_tool_call));
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("plugins.entries.guest.hooks.allowConversationAccess")));
  hooks->set_rules({{"guest", {.conversation_access = true}}});
  EXPECT_TRUE(hooks->hears(HookPoint::agent_end));
  EXPECT_TRUE(hooks->hears(HookPoint::before_prompt_build));
  hooks->set_rules({{"guest", {.conversation_access = true, .prompt_injection = false}}});
  EXPECT_TRUE(hooks->hears(HookPoint::agent_end));
  EXPECT_FALSE(hooks->hears(HookPoint::before_prompt_build));
}

TEST_F(HooksTest, NobodyIsAskedOnceCancelled) {
  listener("ann", kTool, [](auto&) { return json(); });
  make();
  CancelSource stop;
  stop.cancel();
  EXPECT_EQ(ask(HookPoint::before_tool_call, json::object(), stop.token()), json::object());
  EXPECT_THAT(heard, IsEmpty());
}

}  // namespace
}  // namespace chela::runtime
