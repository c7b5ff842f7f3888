#include "kernel/app/gateway_hooks.hpp"

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

class HookRulesTest : public AppTest {};

TEST_F(HookRulesTest, AreThoseOfTheFile) {
  auto config = snapshot(R"({plugins: {entries: {
    open: {hooks: {allowConversationAccess: true, timeoutMs: 900, timeouts: {before_tool_call: 70}}},
    quiet: {hooks: {allowPromptInjection: false}}, plain: {}}}})");
  auto rules = hook_rules(*config);
  ASSERT_EQ(rules.size(), 2u);
  const auto& open = rules.at("open");
  EXPECT_TRUE(open.conversation_access);
  EXPECT_TRUE(open.prompt_injection);
  EXPECT_EQ(open.timeout_ms, 900u);
  EXPECT_EQ(open.timeouts_ms.at("before_tool_call"), 70u);
  const auto& quiet = rules.at("quiet");
  EXPECT_FALSE(quiet.conversation_access);
  EXPECT_FALSE(quiet.prompt_injection);
  EXPECT_FALSE(quiet.timeout_ms);
}

TEST_F(HookRulesTest, AreNoneWithoutEntries) { EXPECT_TRUE(hook_rules(*snapshot("{}")).empty()); }

}  // namespace
}  // namespace chela::app
