#include "kernel/core/config/loader.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "kernel/core/config/reload.hpp"
#include "kernel/core/config/secrets.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

constexpr std::string_view kGateway = R"({"type": "object", "additionalProperties": false, "properties": {
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 18789, "x-env": ["OLD_PORT"]},
    "limits": {"type": "object", "additionalProperties": false, "x-reload": "live",
               "properties": {"bytes": {"type": "integer", "default": 100}}},
    "auth": {"type": "object", "additionalProperties": false, "properties": {"token": {"type": "string"}}}}})";
constexpr std::string_view kPlugins = R"({"type": "object", "additionalProperties": false, "properties": {
    "entries": {"type": "object", "x-unowned": "no such plugin", "additionalProperties": {
      "type": "object", "additionalProperties": false,
      "properties": {"enabled": {"type": "boolean"}, "config": {"type": "object"}}}}}})";
constexpr std::string_view kAcme = R"({"type": "object", "additionalProperties": false, "required": ["city"],
    "properties": {"city": {"type": "string"}, "units": {"enum": ["si", "us"], "default": "si"}}})";

class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    for (const auto& slice : {Slice{"gateway", "gateway", kGateway}, Slice{"plugins", "plugins", kPlugins},
                              Slice{"plugin acme", "plugins.entries.acme.config", kAcme, Reload::live, true}}) {
      for (const auto& problem : spec.add(slice)) ADD_FAILURE() << text_of(problem);
    }
    spec.know_upstream_keys("# keys\nbrowser\ngateway.tailscale\ngateway.auth.*.deep # any\n");
    request.environment = {{"CHELA_HOME", folder.path().string()}, {"HOME", (folder.path() / "user").string()}};
  }

  void write(std::string_view text, const std::string& name = "chela.json") {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << text;
  }

  std::vector<std::string> problems_of(std::string_view text) {
    write(text);
    std::vector<std::string> lines;
    for (const auto& problem : load(spec, request).problems) lines.push_back(text_of(problem));
    return lines;
  }

  TemporaryDirectory folder;
  ConfigSpec spec;
  LoadRequest request;
};

TEST_F(LoadTest, LaysTheSourcesOverEachOther) {
  write("{gateway: {port: 1000, auth: {token: 'env:T'}}}");
  request.environment.insert({{"OLD_PORT", "1001"}, {"CHELA__gateway__limits__bytes", "5"}});
  auto [snapshot, problems] = load(spec, request);
  ASSERT_NE(snapshot, nullptr) << text_of(problems.at(0));
  EXPECT_EQ(snapshot->get_integer("gateway.port"), 1001);
  EXPECT_EQ(snapshot->get_integer("gateway.limits.bytes"), 5);
  EXPECT_EQ(snapshot->get_string("gateway.auth.token"), "env:T");
  EXPECT_EQ(snapshot->find_string("gateway.absent"), std::nullopt);
  auto origin = [&](std::string_view path) { return snapshot->origin_of(*Path::parse(path)).where; };
  EXPECT_EQ(origin("gateway.port"), "environment variable OLD_PORT");
  EXPECT_EQ(origin("gateway.auth.token"), "chela.json:1:31");
  request.settings = {"gateway.port=1002"};
  snapshot = load(spec, request).snapshot;
  EXPECT_EQ(snapshot->get_integer("gateway.port"), 1002);
  EXPECT_EQ(origin("gateway.port"), "command line");
  request.environment.clear();
  request.settings.clear();
  snapshot = load(spec, request).snapshot;
  EXPECT_EQ(snapshot->get_integer("gateway.port"), 18789);
  EXPECT_EQ(origin("gateway.port"), "default");
}

TEST_F(LoadTest, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  request.environment.emplace("CHELA__gateway__limits__bytes", "lots");
  auto lines = problems_of(R"({
  gatway: {},
  browser: {enabled: true},
  gateway: {
    port: 70000,
    prot: 1,
    auth: {tokn: "sk-secret", token: 5},
    tailscale: {mode: "serve"},
  },
  plugins: {entries: {acme: {config: {units: "metric", citty: "x"}}, ghost: {}}},
})");
  EXPECT_EQ(lines,
            (std::vector<std::string>{
                "chela.json:2:3: $.gatway: unknown key, did you mean \"gateway\"? (config_unknown_key)",
                "chela.json:3:3: $.browser: known in openclaw.json, not supported by this version; ignored "
                "(config_unsupported_key)",
                "environment variable CHELA__gateway__limits__bytes: $.gateway.limits.bytes: expected a whole number "
                "(config_bad_override)",
                "chela.json:5:5: $.gateway.port: expected a whole number from 1 to 65535, found 70000 (config_maximum)",
                "chela.json:6:5: $.gateway.prot: unknown key, did you mean \"port\"? (config_unknown_key)",
                "chela.json:7:12: $.gateway.auth.tokn: unknown key, did you mean \"token\"? (config_unknown_key)",
                "chela.json:7:31: $.gateway.auth.token: expected a text, found 5 (config_type_mismatch)",
                "chela.json:8:5: $.gateway.tailscale: known in openclaw.json, not supported by this version; ignored "
                "(config_unsupported_key)",
                "chela.json:10:30: $.plugins.entries.acme.config.city: the key \"city\" is required here "
                "(config_required_missing)",
                "chela.json:10:39: $.plugins.entries.acme.config.units: expected one of \"si\" or \"us\", found "
                "\"metric\" (config_enum_mismatch)",
                "chela.json:10:56: $.plugins.entries.acme.config.citty: unknown key of plugin acme, did you mean "
                "\"city\"? (config_additional_property)",
                "chela.json:10:70: $.plugins.entries.ghost: no such plugin (config_unowned)",
            }));
}

TEST_F(LoadTest, RefusesFilesThatAreNone) {
  EXPECT_EQ(problems_of("{a: }"),
            std::vector<std::string>{"chela.json:1:5: expected a value, found \"}\" (config_syntax)"});
  EXPECT_EQ(problems_of("[]").at(0),
            "chela.json:1:1: the file must hold an object: { gateway: { … } } (config_type_mismatch)");
  EXPECT_EQ(load(spec, request).snapshot, nullptr);
  request.file = folder.path() / "absent.json";
  auto [snapshot, problems] = load(spec, request);
  EXPECT_EQ(snapshot, nullptr);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(text_of(problems[0]).find("absent.json"), std::string::npos);
  request.file = folder.path();
  EXPECT_EQ(load(spec, request).problems.at(0).code, "config_unreadable");
}

TEST_F(LoadTest, FindsTheFile) {
  using Kind = ConfigFile::Kind;
  EXPECT_EQ(find_config_file(request).kind, Kind::none);
  EXPECT_EQ(find_config_file(request).path, folder.path() / "chela.json");
  ASSERT_NE(load(spec, request).snapshot, nullptr) << "no file is no error";
  write("{}", "user/.openclaw/openclaw.json");
  EXPECT_EQ(find_config_file(request).kind, Kind::upstream);
  write("{}");
  EXPECT_EQ(find_config_file(request).kind, Kind::home);
  request.environment["OPENCLAW_CONFIG_PATH"] = "/a.json";
  EXPECT_EQ(find_config_file(request).path, "/a.json");
  request.environment["CHELA_CONFIG"] = "~/b.json";
  EXPECT_EQ(find_config_file(request).path, folder.path() / "user/b.json");
  request.file = "c.json";
  EXPECT_EQ(find_config_file(request).path, "c.json");
}

TEST_F(LoadTest, PutsVariablesIntoTextsButNotIntoSecrets) {
  request.environment.emplace("TOWN", "Ulm");
  write(
      "{gateway: {auth: {token: '${TOWN}'}}, plugins: {entries: {acme: {config: {city: 'in ${TOWN}, ${NOWHERE}'}}}}}");
  auto [snapshot, problems] = load(spec, request);
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->get_string("gateway.auth.token"), "${TOWN}");
  EXPECT_EQ(snapshot->get_string("plugins.entries.acme.config.city"), "in Ulm, ${NOWHERE}");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].code, "config_unresolved_reference");
}

TEST_F(LoadTest, PutsOnlyTextIntoTexts) {
  request.environment.emplace("TOWN", "M\xFCnchen");
  EXPECT_EQ(problems_of("{plugins: {entries: {acme: {config: {city: '${TOWN}'}}}}}"),
            std::vector<std::string>{"chela.json:1:38: $.plugins.entries.acme.config.city: an environment variable that it "
                                     "names is not UTF-8 (config_bad_override)"});
}

TEST_F(LoadTest, HidesSecrets) {
  json shown = redacted(spec.schema(), json::parse(R"({"gateway": {"port": 1, "auth": {"token": "sk-1234"}},
      "x": {"apiKey": "env:KEY", "secretKey": "raw:abc", "keys": ["abc"]}})"));
  EXPECT_EQ(shown, json::parse(R"({"gateway": {"port": 1, "auth": {"token": "[redacted]"}},
      "x": {"apiKey": "env:KEY", "secretKey": "[redacted]", "keys": ["[redacted]"]}})"));
}

std::vector<std::string> paths_of(const std::vector<Change>& changes) {
  std::vector<std::string> paths;
  for (const auto& change : changes) paths.push_back(change.path.text());
  return paths;
}

using Paths = std::vector<std::string>;

TEST_F(LoadTest, ReloadProposesWhatIsLiveAndNamesWhatNeedsARestart) {
  write("{gateway: {port: 1000}, plugins: {entries: {acme: {config: {city: 'a'}}}}}");
  Reloader reloader(spec, request, load(spec, request).snapshot);
  auto same = reloader.read();
  EXPECT_EQ(paths_of(same.live), Paths{});
  EXPECT_EQ(paths_of(same.restart), Paths{});
  write("{gateway: {port: 0}}");
  auto broken = reloader.read();
  EXPECT_EQ(broken.next, nullptr);
  EXPECT_EQ(broken.written, nullptr);
  EXPECT_TRUE(has_errors(broken.problems));
  write("{gateway: {port: 1001, limits: {bytes: 7}}, plugins: {entries: {acme: {config: {city: 'b'}}}}}");
  auto mixed = reloader.read();
  EXPECT_EQ(paths_of(mixed.live), (Paths{"$.gateway.limits.bytes", "$.plugins.entries.acme.config.city"}));
  EXPECT_EQ(mixed.live[1].owner, "plugin acme");
  EXPECT_EQ(paths_of(mixed.restart), Paths{"$.gateway.port"});
  EXPECT_EQ(mixed.written->get_integer("gateway.port"), 1001);
  EXPECT_EQ(reloader.current()->get_integer("gateway.limits.bytes"), 100) << "a proposal changes nothing";
}

TEST_F(LoadTest, AcceptedChangesAreInEffectAndPendingOnesStayNamed) {
  write("{gateway: {port: 1000, limits: {bytes: 5}}}");
  Reloader reloader(spec, request, load(spec, request).snapshot);
  write("{gateway: {port: 1001, limits: {bytes: 7}, auth: {token: 't'}}}");
  reloader.accept(reloader.read());
  EXPECT_EQ(reloader.current()->get_integer("gateway.limits.bytes"), 7);
  EXPECT_EQ(reloader.current()->get_integer("gateway.port"), 1000) << "until the restart";
  EXPECT_EQ(reloader.current()->find("gateway.auth.token"), nullptr);
  write("{gateway: {port: 1001}}");
  auto second = reloader.read();
  EXPECT_EQ(paths_of(second.live), Paths{"$.gateway.limits.bytes"});
  EXPECT_EQ(paths_of(second.restart), Paths{"$.gateway.port"}) << "it still waits";
  reloader.accept(second);
  EXPECT_EQ(reloader.current()->get_integer("gateway.limits.bytes"), 100) << "the default again";
  write("{gateway: {port: 1000}}");
  EXPECT_EQ(paths_of(reloader.read().restart), Paths{}) << "taken back: nothing waits any more";
}

TEST_F(LoadTest, LiveKeysComeAndGoWhole) {
  write("{plugins: {entries: {acme: {config: {city: 'a', units: 'us'}}}}}");
  Reloader reloader(spec, request, load(spec, request).snapshot);
  write("{plugins: {entries: {acme: {config: {city: 'a'}}}}}");
  reloader.accept(reloader.read());
  EXPECT_EQ(*reloader.current()->find("plugins.entries.acme.config.units"), "si");
  write("{}");
  auto gone = reloader.read();
  ASSERT_NE(gone.next, nullptr);
  EXPECT_EQ(paths_of(gone.live), Paths{});
  EXPECT_EQ(paths_of(gone.restart), Paths{"$.plugins"}) << "what stands around it is not live";
}

TEST_F(LoadTest, SlicesCannotBeClaimedTwice) {
  auto again = spec.add({"other", "gateway", kGateway});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].message, "the configuration of other: $.gateway belongs to gateway already");
  EXPECT_FALSE(spec.add({"late", "plugins.entries", kPlugins}).empty());
  EXPECT_FALSE(spec.add({"bad", "bad", "{"}).empty());
  EXPECT_FALSE(spec.add({"deep", "gateway.port.x", kAcme}).empty());
}

}  // namespace
}  // namespace chela::config
