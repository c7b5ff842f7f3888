// The plugin as a host sees it.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "chela/testing/fake_host.hpp"
#include "tests/paths.hpp"

extern "C" const chela_entry chela_plugin_entry_time;

namespace {

using chela::testing::FakeHost;
using nlohmann::json;

class TimePluginTest : public testing::Test {
 protected:
  ~TimePluginTest() override { EXPECT_TRUE(host_.breaches().empty()); }

  std::string zone_of(const char* arguments) {
    const auto outcome = host_.run_tool("current_time", arguments)->outcome();
    return outcome.ok() ? json::parse(outcome.text).value("time_zone", "") : outcome.text;
  }

  FakeHost host_{chela_plugin_entry_time};
};

TEST_F(TimePluginTest, TellsTheHostsTime) {
  host_.up();
  EXPECT_EQ(host_.run_tool("current_time", R"({"time_zone":"Asia/Tokyo"})")->outcome().text,
            R"({"local":"2023-11-15T07:13:20+09:00","utc":"2023-11-14T22:13:20Z","weekday":"Wednesday",)"
            R"("time_zone":"Asia/Tokyo","abbreviation":"JST","daylight_saving":false})");
  host_.advance(3600000);
  EXPECT_NE(host_.run_tool("current_time", "{}")->outcome().text.find("2023-11-14T23:13:20Z"), std::string::npos);
}

TEST_F(TimePluginTest, TheNearestZoneWins) {
  host_.up(R"({"timeZone":"Europe/Rome"})");
  host_.set_context(R"({"timeZone":"Europe/Paris"})");
  EXPECT_EQ(zone_of(R"({"time_zone":"Europe/Berlin"})"), "Europe/Berlin");
  EXPECT_EQ(zone_of("{}"), "Europe/Paris");
  host_.set_context("{}");
  EXPECT_EQ(zone_of("{}"), "Europe/Rome");
  EXPECT_EQ(zone_of(R"({"time_zone":"Berlin"})"), "there is no time zone \"Berlin\"; did you mean Europe/Berlin?");
}

TEST_F(TimePluginTest, RefusesAnUnknownZoneInItsConfiguration) {
  ASSERT_TRUE(host_.create().ok());
  EXPECT_EQ(host_.configure(R"({"timeZone":"Europe/Rom"})").status, CHELA_NOT_FOUND);
}

TEST_F(TimePluginTest, ManifestNamesItsTool) {
  host_.up();
  const json manifest = json::parse(std::ifstream(chela::source_dir() / "plugins/tools/time/chela.plugin.json"));
  EXPECT_EQ(manifest["id"], chela_plugin_entry_time.plugin_id);
  EXPECT_EQ(manifest["version"], chela_plugin_entry_time.plugin_version);
  EXPECT_EQ(host_.tool_names(), std::vector<std::string>{manifest["provides"][0]["tools"][0]["name"]});
}

}  // namespace
