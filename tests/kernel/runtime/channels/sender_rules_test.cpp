#include "kernel/runtime/channels/sender_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

InboundMessage from(std::string sender, bool direct = true) {
  return {.plugin_id = "p", .channel = "telegram", .account = "default", .direct = direct, .sender = std::move(sender)};
}

TEST(SenderRules, HonourTheListOfThoseWhoMay) {
  Json list = {{"dmPolicy", "allowlist"}, {"allowFrom", {"telegram:42", 7, "@Ann"}}};
  EXPECT_TRUE(check_sender(list, from("42")));
  EXPECT_TRUE(check_sender(list, from("7")));
  auto ann = from("99");
  ann.sender_aliases = {"ann"};
  EXPECT_TRUE(check_sender(list, ann));
  auto refused = check_sender(list, from("43"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("channels.telegram.allowFrom does not name 43"));
  EXPECT_FALSE(check_sender({{"dmPolicy", "allowlist"}}, from("42"))) << "no list names nobody";
  EXPECT_TRUE(check_sender({{"dmPolicy", "allowlist"}, {"allowFrom", {"*"}}}, from("1")));
}

TEST(SenderRules, TakeTheAccountsRulesFirst) {
  Json settings = {{"dmPolicy", "open"}, {"accounts", {{"work", {{"dmPolicy", "disabled"}}}}}};
  auto message = from("42");
  EXPECT_TRUE(check_sender(settings, message));
  message.account = "work";
  EXPECT_FALSE(check_sender(settings, message));
}

TEST(SenderRules, LeavePairingAndGroupsToThePlugin) {
  EXPECT_TRUE(check_sender({{"dmPolicy", "pairing"}, {"allowFrom", {"1"}}}, from("2")));
  EXPECT_TRUE(check_sender({{"dmPolicy", "disabled"}}, from("2", false)));
  EXPECT_FALSE(check_sender({{"groupPolicy", "disabled"}}, from("2", false)));
  EXPECT_TRUE(check_sender({{"dmPolicy", 5}, {"allowFrom", "x"}, {"accounts", 3}}, from("2")));
}

}  // namespace
}  // namespace chela::runtime
