#include "kernel/gateway/plugins_api.hpp"

#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class PluginsApiTest : public GatewayTest {
 protected:
  void SetUp() override {
    write_manifest(acme, R"("description": "Anvils", "provides": [], "permissions": {"network": ["acme.invalid:443"]},
        "configSchema": {"type": "object", "properties": {"size": {"type": "integer"}, "note": {"type": "string"}}},
        "uiHints": {"note": {"sensitive": true}})");
    part_of_program.push_back(&acme);
    GatewayTest::SetUp();
    hosts.emplace(host(), remote::HostPrograms{});
    add_plugins_api(*service, *context,
                    {.hosts = *hosts,
                     .logs = logs,
                     .config_of = [this](const std::string& id) { return id == "acme" ? config : Json::object(); },
                     .set_config = [this](std::string id, Json given) { return set_config(std::move(id), std::move(given)); },
                     .set_enabled = [this](std::string id, bool enabled) { return set_enabled(std::move(id), enabled); },
                     .rescan = [this] { return rescan(); }});
  }
  Task<std::expected<void, ConfigRefusal>> set_config(std::string, Json given) {
    if (given.contains("size") && !given["size"].is_number()) {
      co_return std::unexpected(ConfigRefusal{{ErrorCode::invalid_argument, "size: expected a number"},
                                              {{"$.size", "expected a number"}}});
    }
    if (given.contains("full")) co_return std::unexpected(ConfigRefusal{{ErrorCode::unavailable, "the disk is full"}, {}});
    config = std::move(given);
    co_return std::expected<void, ConfigRefusal>();
  }
  Task<Result<void>> set_enabled(std::string id, bool enabled) {
    enabled_as = id + (enabled ? " on" : " off");
    co_return Result<void>();
  }
  Task<plugins::Rescanned> rescan() { co_return plugins::Rescanned{.added = {"beta"}, .problems = {"plugin x: no"}}; }

  plugins::ScriptedPlugin& acme = plugin("acme");
  std::optional<remote::RemoteHosts> hosts;
  plugins::LogRing logs{log_lines};
  Json config = {{"size", 7}, {"note", "sesame"}, {"apiKey", "mine"}};
  std::string enabled_as;
};

TEST_F(PluginsApiTest, ShowsWhatAPluginIsWithoutItsSecrets) {
  auto all = ask("GET", "/api/plugins").json();
  EXPECT_EQ(all["lane"], "dynamic");
  ASSERT_EQ(all["plugins"].size(), 2u);
  const auto& shown = all["plugins"][0];
  EXPECT_EQ(shown, ask("GET", "/api/plugins/acme").json());
  EXPECT_EQ(shown["id"], "acme");
  EXPECT_EQ(shown["description"], "Anvils");
  EXPECT_EQ(shown["trust"], "bundled");
  EXPECT_EQ(shown["isolation"], "in-process");
  EXPECT_EQ(shown["enabled"], true);
  EXPECT_EQ(shown["permissions"]["network"], Json({"acme.invalid:443"}));
  EXPECT_EQ(shown["config"], Json({{"size", 7}, {"note", kRedacted}, {"apiKey", kRedacted}}));
  EXPECT_FALSE(shown.contains("process"));
  EXPECT_EQ(ask("GET", "/api/plugins/nobody").status, 404);
}

TEST_F(PluginsApiTest, SaysWhereAConfigurationIsWrong) {
  auto refused = ask("PUT", "/api/plugins/acme/config", R"({"size":"big"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.json()["error"]["errors"], Json({{{"path", "$.size"}, {"reason", "expected a number"}}}));
  EXPECT_EQ(ask("PUT", "/api/plugins/acme/config", R"({"full":1})").status, 503);
  EXPECT_EQ(ask("PUT", "/api/plugins/acme/config", "[]").status, 400);
  auto taken = ask("PUT", "/api/plugins/acme/config", R"({"size":8})");
  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(taken.json()["config"], Json({{"size", 8}}));
}

TEST_F(PluginsApiTest, ReloadsRestartsAndAnswersForTheRest) {
  EXPECT_EQ(post("/api/plugins/acme/restart", Json::object()).json()["state"], "started");
  EXPECT_EQ(post("/api/plugins/acme/reload", Json::object()).status, 200);
  acme.on_start = [](const chela_error_sink* error) {
    error->set(error, to_abi("no anvils today"));
    return CHELA_UNAVAILABLE;
  };
  auto refused = post("/api/plugins/acme/reload", Json::object());
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.json()["error"]["message"].get<std::string>(), HasSubstr("no anvils today"));
  EXPECT_EQ(ask("GET", "/api/plugins/acme").json()["state"], "started");
  post("/api/plugins/acme/disable", Json::object());
  EXPECT_EQ(enabled_as, "acme off");
  auto rescanned = post("/api/plugins/rescan", Json::object()).json();
  EXPECT_EQ(rescanned["added"], Json({"beta"}));
  EXPECT_EQ(rescanned["problems"], Json({"plugin x: no"}));
}

TEST_F(PluginsApiTest, GivesTheLastLinesOfThePluginAlone) {
  for (const char* text : {"one", "two", "three"}) {
    logs.write({.unix_ms = 5, .level = log::Level::info, .category = "plugin.acme", .message = text, .fields = {}});
    logs.write({.unix_ms = 6, .level = log::Level::info, .category = "plugin.wire", .message = "other", .fields = {}});
  }
  auto lines = ask("GET", "/api/plugins/acme/logs?lines=2").json()["lines"];
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], Json({{"time", 5}, {"level", "info"}, {"message", "three"}}));
  EXPECT_EQ(ask("GET", "/api/plugins/acme/logs?lines=x").json()["lines"].size(), 3u);
}

}  // namespace
}  // namespace chela::gateway
