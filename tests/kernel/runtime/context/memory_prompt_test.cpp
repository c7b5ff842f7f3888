#include "kernel/runtime/context/context_plugins.hpp"
#include "tests/kernel/runtime/context/scripted_functions.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MemoryPromptTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "memory", "id": "notes"}])");
    open({&acme});
    context.emplace(loop, logger, *set);
    context->set_rules({.memory = "acme"});
  }
  std::string ask() {
    return await(context->ask_memory({.tools = {"echo", "search"}, .agent = "main", .session_id = "s1"}, {}));
  }
  std::string says(json said) {
    functions.on["promptBuilder"] = [said](const json&) { return said; };
    return ask();
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  ScriptedFunctions functions{acme};
  std::optional<ContextPlugins> context;
};

TEST_F(MemoryPromptTest, IsAskedWithTheNamesOfTheTools) {
  auto section = says({"Use search first.", "", "Ann likes tea."});
  EXPECT_THAT(section, HasSubstr("is said by the plugin acme"));
  EXPECT_TRUE(section.ends_with("Use search first.\n\nAnn likes tea.")) << section;
  ASSERT_EQ(functions.asked.size(), 1u);
  const auto& asked = functions.asked[0];
  EXPECT_EQ(asked.kind + "/" + asked.id + "." + asked.path, "memory/notes.promptBuilder");
  EXPECT_EQ(asked.argument, json::parse(R"({"availableTools": ["echo", "search"], "agentId": "main",
                                            "agentSessionKey": "s1", "sandboxed": false})"));
}

TEST_F(MemoryPromptTest, HasNothingToSay) {
  for (const json& said : {json(), json::array(), json(""), json({" ", 1, json::object()})}) {
    EXPECT_EQ(says(said), "") << said;
  }
  functions.on.clear();  // a native memory need not have the function
  EXPECT_EQ(ask(), "");
  EXPECT_THAT(context->problems(), IsEmpty());
}

TEST_F(MemoryPromptTest, IsCut) {
  auto section = says(json(std::string(kMemoryPromptBytesMax + 10, 'x')));
  EXPECT_TRUE(section.ends_with("x\n\n(cut: the plugin says more)"));
  EXPECT_LT(section.size(), kMemoryPromptBytesMax + 200);
}

TEST_F(MemoryPromptTest, GoesWithoutAPluginThatFails) {
  EXPECT_EQ(says({{"lines", 1}}), "");
  EXPECT_THAT(context->problems(), ElementsAre(HasSubstr("what it says is no list of lines")));
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("plugin acme: its memory adds nothing to the prompt")));
  EXPECT_THAT(says("Back again."), HasSubstr("Back again."));
  EXPECT_THAT(context->problems(), IsEmpty());
}

TEST_F(MemoryPromptTest, IsLeftAloneAfterSomeFailures) {
  functions.on["promptBuilder"] = [](const json&) -> json { throw CHELA_INTERNAL; };
  for (int i = 0; i < Patience::kFailuresMax + 2; ++i) EXPECT_EQ(ask(), "");
  EXPECT_EQ(functions.asked.size(), static_cast<std::size_t>(Patience::kFailuresMax));
  advance(Patience::kRest);
  EXPECT_THAT(says("Rested."), HasSubstr("Rested."));
}

TEST_F(MemoryPromptTest, HasADeadline) {
  functions.holds = {"promptBuilder"};
  std::optional<std::string> section;
  loop.spawn("test", keep(context->ask_memory({}, {}), section));
  run_until([&] { return !functions.held.empty(); });
  advance(kMemoryPromptTime + std::chrono::milliseconds(1));
  EXPECT_EQ(section, "");
  EXPECT_THAT(context->problems(), ElementsAre(HasSubstr("no value within 5000 ms")));
}

TEST_F(MemoryPromptTest, IsReportedWhenItIsNotThere) {
  context->set_rules({.memory = "gone"});
  EXPECT_THAT(log_lines->lines(), testing::Not(Contains(HasSubstr("gone"))));
  context->begin_reporting();
  context->relist();
  auto said = std::ranges::count_if(log_lines->lines(), [](const auto& line) { return line.contains("plugin gone"); });
  EXPECT_EQ(said, 1);
  EXPECT_EQ(ask(), "");
}

}  // namespace
}  // namespace chela::runtime
