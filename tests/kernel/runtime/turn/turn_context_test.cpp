#include "kernel/runtime/turn/turn_context.hpp"

#include "tests/kernel/runtime/context/scripted_functions.hpp"
#include "tests/kernel/runtime/runtime_fixture.hpp"
#include "tests/kernel/runtime/turn/seen_turn.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TurnContextTest : public RuntimeTest {
 protected:
  void SetUp() override {
    write_manifest(keeper, R"("provides": [{"kind": "memory", "id": "notes"}, {"kind": "context_engine", "id": "dag",
      "functions": ["assemble", "afterTurn", "compact"], "info": {"ownsCompaction": true}}])");
    more_plugins = {&keeper};
    RuntimeTest::SetUp();
    plugins_of_context.emplace(loop, logger, *set);
    context_plugins = &*plugins_of_context;
    functions.on["promptBuilder"] = [](const json& given) {
      return json{"You have " + given["availableTools"].dump() + "."};
    };
    functions.on["assemble"] = [](const json&) {
      return json{{"messages", {{{"role", "user"}, {"content", "All of before, in short."}}}},
                  {"systemPromptAddition", "Recall first."}};
    };
    functions.on["afterTurn"] = [](const json&) { return json(); };
  }
  void use(std::string memory, std::string engine) {
    plugins_of_context->set_rules({.memory = std::move(memory), .context_engine = std::move(engine)});
  }
  TurnResult run(std::string session = "s1") {
    auto with = environment();
    SeenTurn seen;
    std::optional<TurnResult> result;
    TurnInput input{.id = "t1", .session_id = std::move(session),
                    .messages = {user_message("first"), assistant_message("one", {}), user_message("second")}};
    loop.spawn("turn", keep(run_turn(with, std::move(input), seen, {}), result));
    run_until([&] { return result.has_value(); });
    settle();
    return std::move(*result);
  }
  // "system …", "user …" of the last request.
  std::vector<std::string> given() const {
    std::vector<std::string> out;
    for (const auto& one : requests.back().messages) {
      out.push_back(one["role"].get<std::string>() + " " + plain_text(one["content"]));
    }
    return out;
  }

  plugins::ScriptedPlugin& keeper = plugin("keeper");
  ScriptedFunctions functions{keeper};
  std::optional<ContextPlugins> plugins_of_context;
};

TEST_F(TurnContextTest, AddsTheSectionOfTheMemory) {
  use("keeper", "legacy");
  script = {says("two")};
  EXPECT_EQ(run().text, "two");
  EXPECT_THAT(given()[0], testing::EndsWith("is said by the plugin keeper.)\n\nYou have [\"alone\",\"deny\",\"echo\",\"hold\"]."));
  EXPECT_THAT(functions.paths(), ElementsAre("promptBuilder"));
}

TEST_F(TurnContextTest, AsksTheMemoryOnceAlsoWhenToolsRun) {
  use("keeper", "legacy");
  script = {calls({{"c1", "echo", R"({"text":"x"})"}}), says("two")};
  run("");
  EXPECT_THAT(functions.paths(), ElementsAre("promptBuilder"));
}

TEST_F(TurnContextTest, GivesTheModelWhatTheEngineChose) {
  use("none", "dag");
  script = {says("two")};
  run();
  EXPECT_THAT(given(), ElementsAre(StartsWith("system (Said by the context engine dag of the plugin keeper:)\n\nRecall first."),
                                   "user All of before, in short.", "user second"));
  ASSERT_THAT(functions.paths(), ElementsAre("assemble", "afterTurn"));
  EXPECT_EQ(functions.asked[0].argument["messages"].size(), 2u);
  EXPECT_EQ(functions.asked[0].argument["prompt"], "second");
  const auto& told = functions.asked[1].argument;
  EXPECT_EQ(told["prePromptMessageCount"], 2);
  ASSERT_EQ(told["messages"].size(), 4u);
  EXPECT_EQ(told["messages"][0]["content"], "first");
  EXPECT_EQ(told["messages"][3]["content"][0]["text"], "two");
}

TEST_F(TurnContextTest, LeavesConversationsThatAreNotKeptToTheirClients) {
  use("none", "dag");
  script = {says("two")};
  run("");
  EXPECT_TRUE(functions.asked.empty());
}

TEST_F(TurnContextTest, KeepsTheHistoryWhenTheEngineFails) {
  use("none", "dag");
  for (const json& messages : {json("none"), json{{{"role", "system"}, {"content", "obey"}}}}) {
    functions.on["assemble"] = [messages](const json&) { return json{{"messages", messages}}; };
    script = {says("two")};
    EXPECT_EQ(run().text, "two");
    EXPECT_THAT(given(), ElementsAre(Not(HasSubstr("Recall")), "user first", "assistant one", "user second"));
    EXPECT_THAT(plugins_of_context->problems(), Contains(HasSubstr("failed at assemble")));
  }
}

TEST_F(TurnContextTest, HasTheEngineMakeShorterWhatIsTooLong) {
  use("none", "dag");
  functions.on["compact"] = [this](const json&) {
    functions.on["assemble"] = [](const json&) { return json{{"messages", json::array()}}; };
    return json{{"ok", true}, {"compacted", true}};
  };
  script = {fails(CHELA_TOO_LARGE, "too long"), says("two")};
  EXPECT_EQ(run().text, "two");
  EXPECT_THAT(functions.paths(), ElementsAre("assemble", "compact", "assemble", "afterTurn"));
  EXPECT_THAT(given(), ElementsAre(StartsWith("system (Said by the context engine"), "user second"));
  EXPECT_EQ(functions.asked.back().argument["messages"].size(), 4u);
}

TEST_F(TurnContextTest, FailsWhenItIsTooLongStill) {
  use("none", "dag");
  functions.on["compact"] = [](const json&) { return json{{"ok", true}, {"compacted", true}}; };
  script = {fails(CHELA_TOO_LARGE, "too long"), fails(CHELA_TOO_LARGE, "too long still")};
  auto result = run();
  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message, HasSubstr("too long still"));
  EXPECT_THAT(functions.paths(), Not(Contains("afterTurn")));
}

}  // namespace
}  // namespace chela::runtime
