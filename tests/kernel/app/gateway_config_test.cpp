#include "kernel/app/gateway_config.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/app/app_fixture.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

class GatewayConfigTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(chat, R"("provides": [{"kind": "channel", "id": "chat"}])");
    write_manifest(other, R"("provides": [{"kind": "channel", "id": "other"}])");
    open({&chat, &other});
    request.environment = {{"CHELA_HOME", home.path().string()}, {"HOME", home.path().string()}, {"CHAT_SECRET", "s3cret"}};
  }
  Json config_for(const std::string& plugin, std::string_view text) {
    std::ofstream(home / "chela.json") << text;
    EffectiveConfig configuration(request, redactor);
    auto loaded = configuration.load();
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().front());
    return Json::parse(gateway_config(configuration, *set, plugin));
  }

  TemporaryDirectory home;
  config::LoadRequest request;
  plugins::ScriptedPlugin& chat = plugin("chat");
  plugins::ScriptedPlugin& other = plugin("other");
};

constexpr const char* kText = R"({
  gateway: {auth: {token: 'the-gateways-own-token'}},
  models: {providers: {p: {baseUrl: 'http://127.0.0.1:1', apiKey: 'sk-1', api: 'openai-completions', models: [{id: 'm', name: 'M'}]}}},
  channels: {chat: {clientSecret: '${CHAT_SECRET}', webhook: 'http://x/${CHAT_SECRET}', name: 'file:/etc/passwd',
                    accounts: {a: {token: 'literal'}}},
             other: {botToken: 'another'}},
})";

TEST_F(GatewayConfigTest, ShowsAPluginItsOwnSecretsAndNoOthers) {
  auto shown = config_for("chat", kText);
  EXPECT_EQ(shown["channels"]["chat"]["clientSecret"], "s3cret");
  EXPECT_EQ(shown["channels"]["chat"]["webhook"], "http://x/s3cret");
  EXPECT_EQ(shown["channels"]["chat"]["name"], "file:/etc/passwd") << "what is no secret is no reference";
  EXPECT_EQ(shown["channels"]["chat"]["accounts"]["a"]["token"], "literal");
  for (const char* secret : {"the-gateways-own-token", "sk-1", "another"}) {
    EXPECT_EQ(shown.dump().find(secret), std::string::npos) << secret;
  }
  EXPECT_EQ(shown["agents"]["defaults"]["maxTurnTokens"], 0) << "no secret, whatever its name";
  EXPECT_EQ(config_for("stranger", kText).dump().find("s3cret"), std::string::npos);
}

TEST_F(GatewayConfigTest, LeavesOutWhatCannotBeHad) {
  auto shown = config_for("chat", R"({channels: {chat: {clientName: 'x ${NO_SUCH_VARIABLE}', dmPolicy: 'open'}}})");
  EXPECT_EQ(shown["channels"]["chat"], Json({{"dmPolicy", "open"}}));
}

TEST_F(GatewayConfigTest, KnowsWhichChannelsAreOn) {
  std::ofstream(home / "chela.json") << "{channels: {defaults: {}, a: {}, b: {enabled: false}, c: {enabled: true}}}";
  EffectiveConfig configuration(request, redactor);
  ASSERT_TRUE(configuration.load());
  EXPECT_THAT(channels_on(configuration.current()), testing::ElementsAre("a", "c"));
  EXPECT_THAT(channels_of(*set, "chat"), testing::ElementsAre("chat"));
}

}  // namespace
}  // namespace chela::app
