#include "kernel/app/interactive_methods.hpp"

#include <gmock/gmock.h>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/kernel/runtime/commands/scripted_commands.hpp"

namespace chela::app {
namespace {

using testing::HasSubstr;

class InteractiveMethodsTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(chat, R"("provides": [{"kind": "channel", "id": "chat"}])");
    write_manifest(acme, R"("provides": [{"kind": "command", "id": "interactive/chat/poll"}])");
    table.emplace(PluginTest::open({&chat, &acme}));
    table->refresh();
    methods.emplace(loop, *set, [] { return Duration(std::chrono::seconds(5)); });
    add_interactive_methods(*methods, {loop, *set, *table});
  }
  Result<std::string> call(std::string method, std::string params, std::string plugin = "chat") {
    gateway::MethodCall call{.method = std::move(method), .params = std::move(params)};
    call.caller.scope = gateway::Scope::operator_write;
    call.caller.plugin_id = std::move(plugin);
    return await(methods->call(std::move(call)));
  }
  std::string error_of(std::string method, std::string params, std::string plugin = "chat") {
    auto answer = call(std::move(method), std::move(params), std::move(plugin));
    return answer ? "it succeeded: " + *answer : answer.error().message;
  }

  plugins::ScriptedPlugin& chat = plugin("chat");
  plugins::ScriptedPlugin& acme = plugin("acme");
  runtime::ScriptedCommands commands{acme};
  std::optional<runtime::CommandTable> table;
  std::optional<gateway::MethodTable> methods;
};

TEST_F(InteractiveMethodsTest, FindWhoAnswers) {
  auto found = call("interactive.find", R"({"channel": "Chat", "namespace": "poll"})");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, R"({"plugin":"acme"})");
  EXPECT_EQ(call("interactive.find", R"({"channel": "chat", "namespace": "menu"})").error().code, ErrorCode::not_found);
}

TEST_F(InteractiveMethodsTest, AskThem) {
  commands.answer = runtime::ScriptedCommands::says(R"({"handled":true})");
  auto said = call("interactive.dispatch",
                   R"({"channel": "chat", "namespace": "poll", "event": {"payload": "yes", "respond": ["reply"]}})");
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(*said, R"({"handled":true})");
  ASSERT_EQ(commands.seen.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(commands.seen[0].arguments)["payload"], "yes");
  EXPECT_THAT(error_of("interactive.dispatch", R"({"channel": "chat", "namespace": "poll"})"), HasSubstr("event"));
}

TEST_F(InteractiveMethodsTest, KeepToTheChannelsOfThePlugin) {
  auto asked = R"({"channel": "chat", "namespace": "poll", "event": {}})";
  EXPECT_THAT(error_of("interactive.dispatch", asked, "acme"), HasSubstr("channel \"chat\" is not of the plugin"));
  EXPECT_THAT(error_of("interactive.find", asked, ""), HasSubstr("is not of the plugin"));
  EXPECT_TRUE(commands.seen.empty());
}

}  // namespace
}  // namespace chela::app
