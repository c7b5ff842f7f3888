#include "kernel/core/policy/credential.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kernel/core/policy/public_bind.hpp"

namespace chela::policy {
namespace {

using nlohmann::json;

TEST(ConfiguredCredential, FollowsTheModeElseWhatIsSet) {
  struct Row {
    const char* auth;
    const char* key;
    json secret;  // null: none
  };
  const Row kTable[] = {
      {R"({})", "gateway.auth.token", nullptr},
      {R"({"token": "t"})", "gateway.auth.token", "t"},
      {R"({"password": "p"})", "gateway.auth.password", "p"},
      {R"({"token": "", "password": "p"})", "gateway.auth.password", "p"},
      {R"({"token": null, "password": "p"})", "gateway.auth.password", "p"},
      {R"({"token": "t", "password": "p"})", "gateway.auth.token", "t"},
      {R"({"mode": "token", "password": "p"})", "gateway.auth.token", nullptr},
      {R"({"mode": "password", "token": "t"})", "gateway.auth.password", nullptr},
      {R"({"mode": "password", "token": "t", "password": "p"})", "gateway.auth.password", "p"},
      {R"({"mode": "none", "token": "t", "password": "p"})", "", nullptr},
      {R"({"password": {"source": "env", "id": "P"}})", "gateway.auth.password", {{"source", "env"}, {"id", "P"}}},
      {R"({"token": 5})", "gateway.auth.token", nullptr},
      {R"({"token": {}})", "gateway.auth.token", nullptr},
  };
  for (const auto& row : kTable) {
    json config = {{"gateway", {{"auth", json::parse(row.auth)}}}};
    auto credential = configured_credential(config);
    EXPECT_EQ(credential.key, row.key) << row.auth;
    EXPECT_EQ(credential.secret ? *credential.secret : json(), row.secret) << row.auth;
  }
  for (const char* config : {"{}", "null", "[]", R"({"gateway": 7})", R"({"gateway": {"auth": []}})"}) {
    const json parsed = json::parse(config);
    EXPECT_EQ(configured_credential(parsed).secret, nullptr) << config;
  }
}

TEST(ResolvedCredential, MustBeLongWhereOthersReachThePort) {
  const json config = json::parse(R"({"gateway": {"auth": {"password": "env:P"}}})");
  EXPECT_FALSE(check_resolved_credential("127.0.0.1", config, "short"));
  EXPECT_FALSE(check_resolved_credential("0.0.0.0", config, "0123456789abcdef"));
  auto refusal = check_resolved_credential("0.0.0.0", config, "hunter2");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->key, "gateway.auth.password");
  EXPECT_EQ(refusal->message, "it has 7 characters and can be guessed; use at least 16");
}

}  // namespace
}  // namespace chela::policy
