#include "kernel/app/settings.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SettingsTest : public AppTest {};

TEST_F(SettingsTest, BindsWhereTheFileSays) {
  struct Row {
    const char* gateway;
    const char* address;  // null: refused
  };
  const Row kTable[] = {{"{}", "127.0.0.1"},
                        {"{bind: 'loopback'}", "127.0.0.1"},
                        {"{bind: 'auto'}", "127.0.0.1"},
                        {"{bind: 'localhost'}", "127.0.0.1"},
                        {"{bind: 'lan'}", "0.0.0.0"},
                        {"{bind: '::1'}", "::1"},
                        {"{bind: '192.168.1.5'}", "192.168.1.5"},
                        {"{bind: 'custom', customBindHost: '10.0.0.1'}", "10.0.0.1"},
                        {"{bind: 'custom'}", nullptr},
                        {"{bind: 'tailnet'}", nullptr}};
  for (const auto& row : kTable) {
    auto address = bind_address(*snapshot(fmt::format("{{gateway: {}}}", row.gateway)));
    EXPECT_EQ(address.value_or(""), row.address ? row.address : "") << row.gateway;
    if (!address) EXPECT_THAT(address.error().message, HasSubstr("gateway.bind"));
  }
}

TEST_F(SettingsTest, LimitsAreThoseOfTheFile) {
  auto config = snapshot(R"({gateway: {
      http: {headerBytesMax: 2048, headerTimeoutSeconds: 3, bodyTimeoutSeconds: 4, connectionsMax: 5,
             connectionsPerIpMax: 6},
      webSocket: {maxMessageBytes: 300, maxConnections: 7, maxConnectionsPerIp: 8, messagesPerMinutePerConnection: 9,
                  receiveTimeoutSeconds: 10}},
    agents: {defaults: {maxToolRounds: 11, timeoutSeconds: 12, maxTurnTokens: 13}}, tools: {timeoutSeconds: 14}})");
  auto server = server_limits(*config);
  EXPECT_EQ(server.http.head_size_max, 2048u);
  EXPECT_EQ(server.deadlines.head, seconds(3));
  EXPECT_EQ(server.deadlines.body_total, seconds(4));
  EXPECT_EQ(server.connections_max, 5u);
  EXPECT_EQ(server.connections_per_ip_max, 6u);
  auto socket = socket_limits(*config);
  EXPECT_EQ(socket.message_bytes_max, 300u);
  EXPECT_EQ(socket.connections_max, 7u);
  EXPECT_EQ(socket.connections_per_ip_max, 8u);
  EXPECT_EQ(socket.messages_per_minute_max, 9);
  EXPECT_EQ(socket.receive_timeout, seconds(10));
  auto turn = turn_limits(*config);
  EXPECT_EQ(turn.iterations_max, 11);
  EXPECT_EQ(turn.time_max, seconds(12));
  EXPECT_EQ(turn.tokens_max, 13u);
  EXPECT_EQ(turn.tool_timeout, seconds(14));
}

TEST_F(SettingsTest, TheLargestNumbersTheSchemaTakesFit) {
  auto config = snapshot(R"({gateway: {sessionRateLimitPerMinute: 1000000,
      webSocket: {maxConnections: 1000000, maxConnectionsPerIp: 1000000, messagesPerMinutePerConnection: 1000000,
                  receiveTimeoutSeconds: 86400}},
    agents: {defaults: {timeoutSeconds: 31536000, maxTurnTokens: 1000000000000000}}})");
  EXPECT_EQ(socket_limits(*config).messages_per_minute_max, 1'000'000);
  EXPECT_EQ(turn_limits(*config).time_max, seconds(31'536'000));
  EXPECT_EQ(turn_limits(*config).tokens_max, 1'000'000'000'000'000u);
  // Above: an error with the path, never a number that wraps.
  const char* kTooLarge[] = {"{gateway: {sessionRateLimitPerMinute: 1000001}}",
                             "{gateway: {sessionRateLimitPerMinute: 4294967296}}",
                             "{gateway: {webSocket: {messagesPerMinutePerConnection: 2147483648}}}",
                             "{gateway: {webSocket: {maxConnections: 1e300}}}",
                             "{agents: {defaults: {timeoutSeconds: 31536001}}}",
                             "{agents: {defaults: {timeoutSeconds: 9223372036854775807}}}",
                             "{agents: {defaults: {maxTurnTokens: 18446744073709551615}}}"};
  for (const char* text : kTooLarge) {
    write(text);
    EXPECT_EQ(config::load(kernel_spec, request).snapshot, nullptr) << text;
  }
}

TEST_F(SettingsTest, ToolsAndPluginsAreSelected) {
  auto config = snapshot(R"({tools: {allow: ['a'], alsoAllow: ['b'], deny: ['c']},
    plugins: {allow: ['p'], deny: ['q'], load: {paths: ['~/x', 'rel', '/abs']},
              entries: {on: {enabled: true}, off: {enabled: false}, silent: {}}}})");
  auto tools = tool_selection(*config);
  EXPECT_THAT(tools.allow, ElementsAre("a", "b"));
  EXPECT_THAT(tools.deny, ElementsAre("c"));
  auto plugins = plugin_selection(*config);
  EXPECT_TRUE(plugins.enabled);
  EXPECT_THAT(plugins.allow, ElementsAre("p"));
  EXPECT_THAT(plugins.deny, ElementsAre("q"));
  EXPECT_EQ(plugins.entries, (std::map<std::string, bool>{{"on", true}, {"off", false}}));
  auto paths = plugin_load_paths(*config);
  ASSERT_EQ(paths.size(), 3u);
  EXPECT_TRUE(paths[0].is_absolute());
  EXPECT_EQ(paths[0].filename(), "x");
  EXPECT_TRUE(paths[1].is_absolute());
  EXPECT_EQ(paths[2], "/abs");
  // Without `allow` all are allowed, `alsoAllow` does not make it exclusive.
  EXPECT_THAT(tool_selection(*snapshot("{tools: {alsoAllow: ['b']}}")).allow, IsEmpty());
}

TEST_F(SettingsTest, WorkspaceAndLog) {
  EXPECT_EQ(workspace(*snapshot("{}"), "/fallback"), "/fallback");
  EXPECT_EQ(workspace(*snapshot("{agents: {defaults: {workspace: '/w'}}}"), "/fallback"), "/w");
  auto quiet = log_options(*snapshot("{logging: {level: 'error'}}"));
  EXPECT_EQ(quiet.file_level, log::Level::error);
  EXPECT_EQ(quiet.console_level, log::Level::error);
  auto both =
      log_options(*snapshot("{logging: {level: 'debug', consoleLevel: 'warn', consoleStyle: 'json', file: '/l'}}"));
  EXPECT_EQ(both.file_level, log::Level::debug);
  EXPECT_EQ(both.console_level, log::Level::warning);
  EXPECT_EQ(both.console_format, log::Format::json);
  EXPECT_EQ(both.file, "/l");
}

TEST_F(SettingsTest, AccessRules) {
  auto config = snapshot(R"({gateway: {security: {allowQueryStringToken: true, allowedOrigins: ['https://a'],
      allowedHosts: ['h'], trustForwardedHeaders: true, knownProxies: ['10.0.0.0/8', '::1', '2001:db8::/32']}}})");
  auto rules = access_rules(*config, "t", "127.0.0.1");
  EXPECT_EQ(rules.token, "t");
  EXPECT_TRUE(rules.allow_query_token);
  EXPECT_TRUE(rules.trust_forwarded_headers);
  EXPECT_THAT(rules.allowed_origins, ElementsAre("https://a"));
  EXPECT_THAT(rules.allowed_hosts, ElementsAre("h"));
  EXPECT_THAT(rules.known_proxies, ElementsAre("10.0.0.0/8", "::1", "2001:db8::/32"));
  for (const char* bad : {"proxy.example", "10.0.0.1/8/8", "", "10.0.0.1 "}) {
    write(fmt::format("{{gateway: {{security: {{knownProxies: ['{}']}}}}}}", bad));
    EXPECT_EQ(config::load(kernel_spec, request).snapshot, nullptr) << bad;
  }
}

}  // namespace
}  // namespace chela::app
