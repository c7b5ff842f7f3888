#include "kernel/core/policy/public_bind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace chela::policy {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSafe = R"({"gateway": {"auth": {"token": "0123456789abcdef"}}})";

std::vector<std::string> keys(const json& config, std::string_view bind = "0.0.0.0") {
  std::vector<std::string> out;
  for (const auto& refusal : check_public_bind(bind, config)) out.push_back(refusal.key);
  return out;
}

// kSafe with `patch` merged in (RFC 7386).
json patched(const char* patch) {
  json config = json::parse(kSafe);
  config.merge_patch(json::parse(patch));
  return config;
}

TEST(PublicBind, KnowsLoopbackAddresses) {
  for (const char* address : {"localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]"})
    EXPECT_TRUE(is_loopback_address(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "127.evil.example", "127.0.0.1.evil.example",
                              "localhost.evil", "128.0.0.1", "", "1270.0.0.1"}) {
    EXPECT_FALSE(is_loopback_address(address)) << address;
  }
}

TEST(PublicBind, NeverRefusesLoopback) {
  const json unsafe = json::parse(R"({"tools": {"exec": {"mode": "full"}}, "channels": {"x": {"token": "raw:a"}}})");
  for (const char* address : {"127.0.0.1", "::1", "localhost"}) EXPECT_THAT(keys(unsafe, address), IsEmpty());
  EXPECT_THAT(keys(unsafe, "::"), ElementsAre("gateway.auth.token", "tools.exec.mode", "channels.x.token"));
}

TEST(PublicBind, NamesTheKeyOfEachRefusal) {
  struct Row {
    const char* patch;
    std::vector<std::string> keys;
  };
  const Row kTable[] = {
      {R"({})", {}},
      // the token
      {R"({"gateway": {"auth": null}})", {"gateway.auth.token"}},
      {R"({"gateway": null})", {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"token": ""}}})", {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"token": 5}}})", {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"token": "0123456789abcde"}}})", {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"token": "raw:0123456789abcdef"}, "security": {"allowRawSecretRefsOnPublicBind": true}}})",
       {}},
      {R"({"gateway": {"auth": {"token": "raw:0123456789ab"}, "security": {"allowRawSecretRefsOnPublicBind": true}}})",
       {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"token": "env:T"}}})", {}},
      {R"({"gateway": {"auth": {"token": "file:/t"}}})", {}},
      {R"({"gateway": {"auth": {"token": "${T}"}}})", {}},
      {R"({"gateway": {"auth": {"token": {"source": "env", "id": "T"}}}})", {}},
      {R"({"gateway": {"auth": {"token": null, "mode": "token", "password": "0123456789abcdef"}}})",
       {"gateway.auth.token"}},
      {R"({"gateway": {"auth": {"mode": "none"}}})", {"gateway.auth.mode"}},
      {R"({"gateway": {"auth": {"mode": "password"}}})", {"gateway.auth.password"}},
      {R"({"gateway": {"auth": {"mode": "password", "password": "short"}}})", {"gateway.auth.password"}},
      {R"({"gateway": {"auth": {"mode": "password", "password": "0123456789abcdef"}}})", {}},
      {R"({"gateway": {"auth": {"token": null, "password": "0123456789abcdef"}}})", {}},
      // tools
      {R"({"tools": {"exec": {"mode": "full"}}})", {"tools.exec.mode"}},
      {R"({"tools": {"exec": {"mode": "auto"}}})", {"tools.exec.mode"}},
      {R"({"tools": {"exec": {"mode": "ask"}}})", {}},
      {R"({"tools": {"fs": {"workspaceOnly": false}}})", {"tools.fs.workspaceOnly"}},
      {R"({"tools": {"fs": {"workspaceOnly": true}}})", {}},
      {R"({"tools": {"exec": {"mode": "full"}, "fs": {"workspaceOnly": false}}, "gateway": {"security": {"allowUnsafeToolingOnPublicBind": true}}})",
       {}},
      {R"({"tools": {"exec": {"mode": "full"}}, "gateway": {"security": {"allowUnsafeToolingOnPublicBind": "yes"}}})",
       {"tools.exec.mode"}},
      // plugins
      {R"({"plugins": {"load": {"paths": ["/opt/p"]}}})", {"plugins.load.paths"}},
      {R"({"plugins": {"load": {"paths": []}}})", {}},
      {R"({"plugins": {"load": {"paths": ["/opt/p"]}}, "gateway": {"security": {"allowPluginBridgeOnPublicBind": true}}})",
       {}},
      // secrets in the file, wherever they stand
      {R"({"channels": {"telegram": {"botToken": "raw:1:a"}}})", {"channels.telegram.botToken"}},
      {R"({"channels": {"sms": {"authTokenRef": "RAW:a"}}})", {"channels.sms.authTokenRef"}},
      {R"({"models": {"providers": {"x": {"apiKey": "raw:a"}}}})", {"models.providers.x.apiKey"}},
      {R"({"mail": {"password": "raw:a"}})", {"mail.password"}},
      {R"({"hooks": [{"secret": "raw:a"}]})", {"hooks[0].secret"}},
      {R"({"hooks": {"secrets": ["env:a", "raw:a"]}})", {"hooks.secrets[1]"}},
      {R"({"hooks": {"secret": {"value": {"deep": "raw:a"}}}})", {"hooks.secret.value.deep"}},
      {R"({"prompt": {"text": "raw:a"}})", {}},
      {R"({"mail": {"password": "env:raw:a"}})", {}},
      {R"({"mail": {"password": "raw:a"}, "gateway": {"security": {"allowRawSecretRefsOnPublicBind": true}}})", {}},
  };
  for (const auto& row : kTable) EXPECT_EQ(keys(patched(row.patch)), row.keys) << row.patch;
}

TEST(PublicBind, TellsAllAtOnceAndWhatToSet) {
  auto refusals = check_public_bind("0.0.0.0", json::parse(R"({
    "tools": {"exec": {"mode": "full"}, "fs": {"workspaceOnly": false}},
    "plugins": {"load": {"paths": ["/p"]}},
    "a": {"secret": "raw:1"}, "b": {"secret": "raw:2"}, "c": {"secret": "raw:3"}, "d": {"secret": "raw:4"}})"));
  ASSERT_EQ(refusals.size(), 5u);
  EXPECT_THAT(refusals[0].message, HasSubstr("16 characters"));
  EXPECT_THAT(refusals[0].message, HasSubstr("OPENCLAW_GATEWAY_TOKEN"));
  for (int i : {1, 2}) EXPECT_THAT(refusals[i].message, HasSubstr("gateway.security.allowUnsafeToolingOnPublicBind"));
  EXPECT_THAT(refusals[3].message, HasSubstr("gateway.security.allowPluginBridgeOnPublicBind"));
  EXPECT_THAT(refusals[4].message, HasSubstr("(a.secret, b.secret, c.secret)"));
  EXPECT_THAT(refusals[4].message, HasSubstr("gateway.security.allowRawSecretRefsOnPublicBind"));
}

TEST(PublicBind, NeverShowsASecret) {
  auto refusals = check_public_bind(
      "0.0.0.0", json::parse(R"({"gateway": {"auth": {"token": "hunter2"}}, "a": {"secret": "raw:hunter3"}})"));
  ASSERT_EQ(refusals.size(), 2u);
  for (const auto& refusal : refusals) EXPECT_THAT(refusal.message, testing::Not(HasSubstr("hunter")));
}

}  // namespace
}  // namespace chela::policy
