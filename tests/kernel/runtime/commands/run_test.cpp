#include "kernel/runtime/commands/run.hpp"

#include "kernel/runtime/commands/built_in.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/kernel/runtime/commands/scripted_commands.hpp"

namespace chela::runtime {
namespace {

using std::chrono::seconds;

class RunCommandTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "command", "id": "ask", "acceptsArgs": true},
      {"kind": "command", "id": "open", "requireAuth": false}, {"kind": "command", "id": "interactive/*/menu"}])");
    table.emplace(PluginTest::open({&acme}));
    add_built_in_commands(*table, *set);
    table->refresh();
  }
  void TearDown() override {
    for (auto& [id, call] : std::exchange(commands.open, {})) call->complete(call, CHELA_OK, to_abi("late"));
    settle();
    PluginTest::TearDown();
  }

  Task<Result<CommandAnswer>> task(std::string message, bool authorized = true) {
    auto called = table->match(message, "test");
    CHELA_ASSERT(called, "the test's command exists");
    return run_command(loop, *set,
                       {.command = called->command, .arguments = called->arguments, .body = message,
                        .sender = {"ada", authorized}, .channel = "test", .session_id = "s1", .agent = "main"},
                       on_progress, stop.token());
  }
  Result<CommandAnswer> run(std::string message, bool authorized = true) {
    return await(task(std::move(message), authorized));
  }
  Error error_of(std::string message) {
    auto answer = run(std::move(message));
    return answer ? Error{ErrorCode::internal, "it succeeded: " + answer->text} : answer.error();
  }
  // Begins, and waits until the plugin has it.
  void begin(std::string message, std::optional<Result<CommandAnswer>>& out) {
    loop.spawn("run", keep(task(std::move(message)), out));
    run_until([&] { return !commands.seen.empty(); });
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  ScriptedCommands commands{acme};
  std::optional<CommandTable> table;
  std::vector<std::string> progress;
  std::function<void(std::string_view)> on_progress = [this](std::string_view text) { progress.emplace_back(text); };
  CancelSource stop;
};

TEST_F(RunCommandTest, StartsThePluginAndTellsItWhoAsksForWhat) {
  commands.answer = [](const chela_command_call* call) {
    call->progress(call, to_abi("looking"));
    call->complete(call, CHELA_OK, to_abi("42"));
  };
  auto answer = run("/ask the question");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "42");
  EXPECT_FALSE(answer->continue_agent || answer->suppress_reply);
  EXPECT_THAT(progress, testing::ElementsAre("looking"));
  ASSERT_EQ(commands.seen.size(), 1u);
  EXPECT_EQ(commands.seen[0].command, "ask");
  EXPECT_EQ(commands.seen[0].arguments, "the question");
  EXPECT_EQ(commands.seen[0].context,
            (nlohmann::json{{"senderId", "ada"}, {"isAuthorizedSender", true}, {"channel", "test"},
                            {"commandBody", "/ask the question"}, {"sessionKey", "s1"}, {"sessionId", "s1"},
                            {"agentId", "main"}}));
}

TEST_F(RunCommandTest, TheAnswersDetailsSayHowToGoOn) {
  commands.answer = ScriptedCommands::says(
      "see", R"({"continueAgent": true, "suppressReply": true, "mediaUrls": ["https://a/1.png", 7, "https://a/2.png"]})");
  auto answer = run("/ask");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->continue_agent && answer->suppress_reply);
  EXPECT_EQ(answer->text, "see\n\nhttps://a/1.png\n\nhttps://a/2.png");
  const std::vector<std::string> odd_ones{"[]", "no json", R"({"continueAgent": "yes"})", std::string(1000, '[')};
  for (const auto& odd : odd_ones) {
    commands.answer = ScriptedCommands::says("ok", odd);
    EXPECT_FALSE(run("/ask")->continue_agent) << odd.substr(0, 20);
  }
}

TEST_F(RunCommandTest, WhoMayNotIsRefusedBeforeThePluginIsStarted) {
  auto refused = run("/ask", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_TRUE(acme.calls.empty());
  commands.answer = ScriptedCommands::says("hi");
  EXPECT_EQ(run("/open", false)->text, "hi");
}

TEST_F(RunCommandTest, ErrorsNameTheCommandAndThePlugin) {
  commands.answer = ScriptedCommands::fails(CHELA_UNAVAILABLE, "the service is away");
  EXPECT_EQ(error_of("/ask").message, "/ask (plugin acme): the service is away");
  commands.answer = ScriptedCommands::fails(CHELA_INTERNAL, "");
  EXPECT_EQ(error_of("/ask").message, "/ask (plugin acme): the plugin gave no reason");
  commands.refusal = CHELA_EXHAUSTED;
  EXPECT_EQ(error_of("/ask").message, "/ask (plugin acme): starting it: not today");
}

TEST_F(RunCommandTest, AnExceptionEndsAtTheBorder) {
  commands.answer = [](const chela_command_call*) { throw 7; };
  EXPECT_EQ(error_of("/ask").code, ErrorCode::internal);
}

TEST_F(RunCommandTest, APluginThatCannotStartIsNamed) {
  acme.on_start = [](const chela_error_sink* error) {
    error->set(error, to_abi("no key"));
    return CHELA_UNAVAILABLE;
  };
  EXPECT_THAT(error_of("/ask").message, testing::AllOf(testing::HasSubstr("acme"), testing::HasSubstr("no key")));
}

TEST_F(RunCommandTest, AHugeAnswerIsCutWithANote) {
  commands.answer = ScriptedCommands::says(std::string(5'000'000, 'x'));
  auto answer = run("/ask");
  ASSERT_TRUE(answer);
  EXPECT_LT(answer->text.size(), kCommandAnswerBytesMax + 100);
  EXPECT_THAT(answer->text, testing::EndsWith("[the answer had 5000000 bytes; the rest is left out]"));
}

TEST_F(RunCommandTest, WhatNeverAnswersIsAnsweredForAndCancelled) {
  std::optional<Result<CommandAnswer>> answer;
  begin("/ask", answer);
  advance(seconds(29));
  EXPECT_FALSE(answer);
  advance(seconds(2));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::timed_out);
  EXPECT_EQ(answer->error().message, "/ask (plugin acme): it gave no answer within 30 s");
  EXPECT_EQ(commands.cancelled.size(), 1u);
}

TEST_F(RunCommandTest, StoppingCancelsIt) {
  std::optional<Result<CommandAnswer>> answer;
  begin("/ask", answer);
  stop.cancel();
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code, ErrorCode::cancelled);
  EXPECT_EQ(commands.cancelled.size(), 1u);
}

TEST_F(RunCommandTest, HelpListsWhatThereIs) {
  auto answer = run("/help", false);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->text, testing::HasSubstr("`/ask …`"));
  EXPECT_THAT(answer->text, testing::HasSubstr("`/plugins`"));
  EXPECT_THAT(run("/plugins")->text, testing::HasSubstr("`acme` 1.0.0: resolved"));
}

TEST_F(RunCommandTest, AnInteractiveHandlerIsGivenWhatWasPressed) {
  commands.answer = ScriptedCommands::says(R"({"handled":true})");
  auto handler = table->find_interactive("slack", "menu");
  ASSERT_TRUE(handler);
  auto said = await(run_interactive(loop, *set, {.handler = *handler, .event = R"({"payload":"yes"})"}, stop.token()));
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(*said, R"({"handled":true})");
  EXPECT_EQ(commands.seen[0].command, "interactive/*/menu");
  EXPECT_EQ(commands.seen[0].arguments, R"({"payload":"yes"})");
}

}  // namespace
}  // namespace chela::runtime
