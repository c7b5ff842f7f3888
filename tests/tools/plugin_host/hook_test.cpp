// Hooks of a native plugin in chela-plugin-host.

#include "kernel/core/protocol/hook.hpp"
#include "tests/tools/plugin_host/host_fixture.hpp"

namespace chela::plugin_host {
namespace {

using testing::HasSubstr;

class HookTest : public HostTest {
 protected:
  void SetUp() override {
    HostTest::SetUp();
    ASSERT_EQ(HostTest::start(build_dir() / "lib" / "listener").error(), "no error");
  }
  Outcome& run(std::string event, std::string plugin = "listener", rpc::CallOptions options = {}) {
    protocol::HookRunParams params{.name = "before_tool_call", .event = json{{"toolName", event}}.dump(), .context = "{}"};
    params.plugins = std::vector{std::move(plugin)};
    params.timeout_ms = 20'000;
    return call(protocol::kHookRun, to_json(params), std::move(options));
  }
};

TEST_F(HookTest, Answers) {
  EXPECT_EQ(finished(run("forbidden")).value(), json::parse(R"({"result":{"block":true,"blockReason":"no"}})"));
  EXPECT_EQ(finished(run("harmless")).value(), json::object());
  EXPECT_EQ(finished(run("forbidden", "other")).value(), json::object());
}

TEST_F(HookTest, WhatIsNoJsonDoesNotEndTheConnection) {
  EXPECT_THAT(finished(run("odd")).error(), HasSubstr("the plugin's result: is not valid JSON"));
  EXPECT_THAT(finished(run("refused")).error(), HasSubstr("unavailable: calling hook.run: it refused: not now"));
  EXPECT_EQ(finished(run("harmless")).value(), json::object());
}

TEST_F(HookTest, IsCancelled) {
  CancelSource stop;
  auto& late = run("late", "listener", {.cancel = stop.token()});
  finished(run("harmless"));
  stop.cancel();
  EXPECT_THAT(finished(late).error(), HasSubstr("cancelled"));
  EXPECT_EQ(finished(run("harmless")).value(), json::object());
}

}  // namespace
}  // namespace chela::plugin_host
