#include "kernel/runtime/context/context_engine.hpp"

#include "tests/kernel/runtime/context/scripted_functions.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ContextEngineTest : public plugins::PluginTest {
 protected:
  void SetUp() override { begin(R"("info": {"ownsCompaction": true})"); }
  void begin(std::string_view more) {
    write_manifest(acme, fmt::format(R"("provides": [{{"kind": "context_engine", "id": "dag", {}}}])", more));
    open({&acme});
    engine.emplace(loop, logger, *set);
    engine->set_holder(SlotHolder{"acme", "dag", ""});
    functions.on["bootstrap"] = [](const json&) { return json{{"bootstrapped", true}}; };
    functions.on["assemble"] = [](const json& given) {
      return json{{"messages", given["messages"]}, {"systemPromptAddition", "Mind the past."}};
    };
    functions.on["ingest"] = [](const json&) { return json{{"ingested", true}}; };
  }
  static EngineTurn turn(std::string session = "s1") {
    return {.session_id = std::move(session), .agent = "main", .model = "story", .workspace = "/w", .prompt = "hi",
            .token_budget = 9000, .tools = {"echo"}, .history = {R"({"role":"user","content":"before"})"}};
  }
  std::optional<AssembledContext> assemble(EngineTurn given = turn()) { return await(engine->assemble(given, {})); }
  void tell(std::vector<std::string> messages, std::size_t before) {
    engine->tell_turn(turn(), std::move(messages), before);
    settle();
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  ScriptedFunctions functions{acme};
  std::optional<ContextEngine> engine;
};

TEST_F(ContextEngineTest, BeginsASessionOnceAndAssembles) {
  auto made = assemble();
  ASSERT_TRUE(made);
  EXPECT_EQ(*made->messages, json::parse(R"([{"role": "user", "content": "before"}])"));
  EXPECT_THAT(made->system_addition, HasSubstr("engine dag of the plugin acme"));
  EXPECT_THAT(made->system_addition, HasSubstr("Mind the past."));
  assemble();
  assemble(turn("s2"));
  EXPECT_THAT(functions.paths(), ElementsAre("bootstrap", "assemble", "assemble", "bootstrap", "assemble"));
  const auto& given = functions.asked[1].argument;
  EXPECT_EQ(given["sessionId"], "s1");
  EXPECT_EQ(given["prompt"], "hi");
  EXPECT_EQ(given["tokenBudget"], 9000);
  EXPECT_EQ(given["availableTools"], json({"echo"}));
  EXPECT_EQ(given["model"], "story");
}

TEST_F(ContextEngineTest, AssemblesThoughItDoesNotBootstrap) {
  functions.on["bootstrap"] = [](const json&) -> json { throw CHELA_UNAVAILABLE; };
  EXPECT_TRUE(assemble());
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("context_engine/dag.bootstrap")));
}

TEST_F(ContextEngineTest, FallsBackWhenItsAnswerIsNone) {
  for (const json& said : {json(), json::array(), json{{"messages", "none"}}}) {
    functions.on["assemble"] = [said](const json&) { return said; };
    engine->set_holder(std::nullopt);
    engine->set_holder(SlotHolder{"acme", "dag", ""});
    EXPECT_FALSE(assemble()) << said;
    EXPECT_THAT(engine->problem(), HasSubstr("its answer has no list of messages"));
  }
}

TEST_F(ContextEngineTest, IsLeftAloneAfterSomeFailures) {
  functions.on["assemble"] = [](const json&) -> json { throw CHELA_INTERNAL; };
  for (int i = 0; i < Patience::kFailuresMax + 2; ++i) EXPECT_FALSE(assemble());
  EXPECT_EQ(std::ranges::count(functions.paths(), "assemble"), Patience::kFailuresMax);
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("is left alone for 5 minutes")));
  tell({R"({"role":"user"})"}, 0);
  EXPECT_THAT(functions.paths(), testing::Not(Contains("afterTurn")));
  advance(Patience::kRest);
  assemble();
  EXPECT_EQ(std::ranges::count(functions.paths(), "assemble"), Patience::kFailuresMax + 1);
}

TEST_F(ContextEngineTest, HasADeadline) {
  functions.holds = {"assemble"};
  std::optional<std::optional<AssembledContext>> made;
  loop.spawn("test", keep(engine->assemble(turn(), {}), made));
  run_until([&] { return !functions.held.empty(); });
  advance(ContextEngine::kAssembleTime + std::chrono::milliseconds(1));
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
}

TEST_F(ContextEngineTest, TakesATurnInItself) {
  functions.on["afterTurn"] = [](const json&) { return json(); };
  tell({R"({"a":1})", R"({"b":2})"}, 1);
  ASSERT_THAT(functions.paths(), ElementsAre("afterTurn"));
  EXPECT_EQ(functions.asked[0].argument["messages"], json::parse(R"([{"a":1},{"b":2}])"));
  EXPECT_EQ(functions.asked[0].argument["prePromptMessageCount"], 1);
}

TEST_F(ContextEngineTest, IsGivenEachNewMessage) {
  tell({R"({"a":1})", R"({"b":2})", R"({"c":3})"}, 1);
  EXPECT_THAT(functions.paths(), ElementsAre("afterTurn", "ingestBatch", "ingest", "ingest"));
  EXPECT_EQ(functions.asked[2].argument["message"], json::parse(R"({"b":2})"));
  EXPECT_EQ(functions.asked[3].argument["message"], json::parse(R"({"c":3})"));
}

TEST_F(ContextEngineTest, IsAskedOnlyWhatItHas) {
  begin(R"("functions": ["assemble", "ingestBatch"])");
  functions.on["ingestBatch"] = [](const json&) { return json{{"ingestedCount", 1}}; };
  assemble();
  tell({R"({"a":1})"}, 0);
  EXPECT_THAT(functions.paths(), ElementsAre("assemble", "ingestBatch"));
}

TEST_F(ContextEngineTest, TidiesUpAfterATurn) {
  begin(R"("functions": ["assemble", "afterTurn", "maintain"])");
  functions.on["afterTurn"] = [](const json&) { return json(); };
  functions.on["maintain"] = [](const json&) -> json { throw CHELA_INTERNAL; };
  tell({R"({"a":1})"}, 0);
  EXPECT_THAT(functions.paths(), ElementsAre("afterTurn", "maintain"));
  EXPECT_EQ(engine->problem(), "");
  functions.on["afterTurn"] = [](const json&) -> json { throw CHELA_INTERNAL; };
  tell({R"({"a":1})"}, 0);
  EXPECT_EQ(functions.paths().back(), "afterTurn");
}

TEST_F(ContextEngineTest, IsAskedAgainOnlyWhenItHasTakenTheTurnIn) {
  functions.holds = {"afterTurn"};
  engine->tell_turn(turn(), {R"({"a":1})"}, 0);
  run_until([&] { return !functions.held.empty(); });
  std::optional<std::optional<AssembledContext>> made;
  loop.spawn("test", keep(engine->assemble(turn(), {}), made));
  settle();
  EXPECT_FALSE(made);
  EXPECT_TRUE(assemble(turn("another")));
  functions.answer_held();
  run_until([&] { return made.has_value(); });
  EXPECT_TRUE(*made);
}

TEST_F(ContextEngineTest, CompactsWhereThatIsItsOwn) {
  functions.on["compact"] = [](const json&) { return json{{"ok", true}, {"compacted", true}}; };
  EXPECT_TRUE(await(engine->compact(turn(), {})));
  EXPECT_EQ(functions.asked.back().argument["force"], true);
  functions.on["compact"] = [](const json&) { return json{{"ok", true}, {"compacted", false}}; };
  EXPECT_FALSE(await(engine->compact(turn(), {})));
}

TEST_F(ContextEngineTest, LeavesCompactingToOthers) {
  begin(R"("info": {"ownsCompaction": "yes"})");
  EXPECT_FALSE(await(engine->compact(turn(), {})));
  EXPECT_THAT(functions.paths(), IsEmpty());
}

TEST_F(ContextEngineTest, IsNotUsedWhenItNeedsWhatThereIsNot) {
  begin(R"("info": {"hostRequirements": {"agent-run": {"requiredCapabilities": ["bootstrap", "thread-bootstrap-projection"]}}})");
  EXPECT_FALSE(assemble());
  EXPECT_THAT(engine->problem(), HasSubstr("it needs \"thread-bootstrap-projection\""));
  EXPECT_THAT(functions.paths(), IsEmpty());
}

}  // namespace
}  // namespace chela::runtime
