#include "kernel/runtime/commands/table.hpp"

#include "kernel/runtime/commands/run.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/kernel/runtime/commands/scripted_commands.hpp"

namespace chela::runtime {
namespace {

class CommandTableTest : public plugins::PluginTest {
 protected:
  void provide(std::string_view provisions) {
    write_manifest(acme, fmt::format(R"("provides": [{}])", provisions));
    table.emplace(open({&acme}));
    table->refresh();
  }
  // "name arguments" of what a message calls; "-" when it calls nothing.
  std::string called(std::string_view message, std::string_view channel = "test") const {
    auto match = table->match(message, channel);
    return match ? match->command->name + "|" + match->arguments : "-";
  }
  std::vector<std::string> complaints() const {
    std::vector<std::string> out;
    for (const auto& diagnostic : table->diagnostics()) out.push_back(diagnostic.message);
    return out;
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  ScriptedCommands commands{acme};
  std::optional<CommandTable> table;
};

constexpr std::string_view kWeather =
    R"({"kind": "command", "id": "weather", "description": "The weather", "acceptsArgs": true, "requireAuth": false})";

TEST_F(CommandTableTest, AMessageThatBeginsWithTheNameOfACommandCallsIt) {
  provide(kWeather);
  EXPECT_EQ(called("/weather"), "weather|");
  EXPECT_EQ(called("/weather Kiel  and\nBonn "), "weather|Kiel  and\nBonn");
  EXPECT_EQ(called("  /WEATHER\tKiel"), "weather|Kiel");
}

TEST_F(CommandTableTest, EverythingElseIsAnOrdinaryMessage) {
  provide(kWeather);
  for (std::string_view text : {"weather", "/", "/ weather", "//weather", "/weathers", "/unknown x", "say /weather", ""})
    EXPECT_EQ(called(text), "-") << text;
  EXPECT_EQ(called("/weather " + std::string(CommandTable::kArgumentBytesMax + 1, 'x')), "-");
  EXPECT_EQ(called("/" + std::string(100'000, 'w')), "-");
}

TEST_F(CommandTableTest, TextBehindACommandThatTakesNoneIsMeantForTheAgent) {
  provide(R"({"kind": "command", "id": "ping"})");
  EXPECT_EQ(called("/ping"), "ping|");
  EXPECT_EQ(called("/ping the server for me"), "-");
}

TEST_F(CommandTableTest, TheSourceHasWhatIsLeft) {
  std::vector<std::string> offered{"weather", "notes"};
  std::vector<std::string> taken;
  write_manifest(acme, fmt::format(R"("provides": [{}])", kWeather));
  table.emplace(open({&acme}));
  table->set_source([&](const std::vector<std::string>& names) {
    taken = names;
    std::vector<Command> out;
    for (const auto& name : offered) out.push_back({.name = name, .accepts_args = true, .skill = name});
    return out;
  });
  table->refresh();
  EXPECT_THAT(taken, testing::IsSupersetOf({"weather", "help", "skill"}));
  EXPECT_EQ(table->match("/weather", "test")->command->plugin_id, "acme");
  EXPECT_EQ(called("/notes all"), "notes|all");
  offered = {};
  table->refresh();
  EXPECT_EQ(called("/notes all"), "-");
  EXPECT_EQ(called("/weather"), "weather|");
}

TEST_F(CommandTableTest, OnePluginMayListSeveral) {
  provide(R"({"kind": "command", "id": "acme", "commands": [
    {"name": "one", "description": "1"}, {"name": "Two", "channels": ["telegram"]}, 7, {"name": "no blanks"}]})");
  EXPECT_EQ(called("/one"), "one|");
  EXPECT_EQ(called("/two"), "-");
  EXPECT_EQ(called("/two", "telegram"), "two|");
  EXPECT_EQ(table->match("/two", "telegram")->command->capability, "Two");
  EXPECT_EQ(complaints().size(), 1u);
}

TEST_F(CommandTableTest, TheGatewaysOwnNamesAreNotForPlugins) {
  provide(R"({"kind": "command", "id": "stop"}, {"kind": "command", "id": "mine"}, {"kind": "command", "id": "acme",
    "commands": [{"name": "MINE"}]})");
  EXPECT_EQ(called("/stop"), "-");
  EXPECT_EQ(called("/mine"), "mine|");
  EXPECT_THAT(complaints(), testing::UnorderedElementsAre("the command /stop is the gateway's own",
                                                          "the command /mine of acme comes first"));
}

TEST_F(CommandTableTest, ABuiltInCommandWinsAndStaysWhenTheRegistryIsReadAgain) {
  provide(kWeather);
  table->add({.name = "weather", .description = "built in", .built_in = {}});
  table->refresh();
  EXPECT_EQ(table->match("/weather", "test")->command->plugin_id, "");
  EXPECT_THAT(complaints(), testing::ElementsAre("the command /weather of the gateway comes first"));
}

TEST_F(CommandTableTest, OddValuesOfAStrangerAreDefaults) {
  provide(R"({"kind": "command", "id": "odd", "description": 7, "acceptsArgs": "yes", "requireAuth": null,
    "channels": [3, {}]})");
  auto match = table->match("/odd", "test");
  ASSERT_TRUE(match);
  EXPECT_FALSE(match->command->accepts_args);
  EXPECT_TRUE(match->command->require_auth);
  EXPECT_EQ(match->command->description, "");
}

TEST_F(CommandTableTest, InteractiveHandlersAreFoundByChannelThenForAll) {
  provide(R"({"kind": "command", "id": "interactive/telegram/poll"}, {"kind": "command", "id": "interactive/*/menu"})");
  EXPECT_EQ(table->find_interactive("telegram", "poll")->capability, "interactive/telegram/poll");
  EXPECT_FALSE(table->find_interactive("slack", "poll"));
  EXPECT_EQ(table->find_interactive("slack", "menu")->capability, "interactive/*/menu");
  EXPECT_EQ(called("/interactive"), "-");
  EXPECT_TRUE(table->list().empty());
}

}  // namespace
}  // namespace chela::runtime
