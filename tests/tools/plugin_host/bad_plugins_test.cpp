// Every plugin of tests/bad-plugins in a host process: whatever it does, the kernel's side sees an end of each call, with
// a result or an error that says which.

#include <algorithm>

#include "kernel/core/protocol/capability.hpp"
#include "kernel/core/protocol/channel.hpp"
#include "kernel/core/protocol/command.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/core/protocol/hook.hpp"
#include "kernel/core/protocol/http_route.hpp"
#include "tests/tools/plugin_host/host_fixture.hpp"

namespace chela::plugin_host {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> all_bad_plugins() {
  std::vector<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "tests" / "bad-plugins")) {
    auto id = entry.path().stem().string();
    std::ranges::replace(id, '_', '-');
    if (entry.path().extension() == ".c" || entry.path().extension() == ".cpp") ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

class BadPluginInHost : public HostTest, public testing::WithParamInterface<std::string> {
 protected:
  BadPluginInHost() {
    limits.ping_after = 400ms;
    limits.dead_after = 1500ms;
  }
  static rpc::CallOptions briefly() { return {.timeout = 2s}; }
  // Refused, done, or the process is gone: but an end, and in time.
  Outcome& ended(Outcome& outcome) {
    finished(outcome);
    EXPECT_TRUE(outcome.result || !outcome.result.error().message.empty());
    return outcome;
  }
  // One call of everything that tests/bad-plugins/kinds.plugin.json.in names.
  std::vector<Outcome*> ask_of_every_kind() {
    const auto id = GetParam();
    const json hook = {{"name", "before_tool_call"}, {"event", {{"toolName", "time"}}}, {"context", json::object()}};
    const json command = {{"plugin", id}, {"key", id}, {"args", "tea"}, {"context", json::object()}};
    const json method = {{"plugin", id}, {"key", id + ".call"}, {"params", json::object()}, {"context", json::object()}};
    const json function = {
        {"plugin", id}, {"key", id}, {"kind", "memory"}, {"path", "search"}, {"arguments", json::array({"tea"})}};
    const json route = {{"plugin", id},       {"key", "/" + id},          {"method", "GET"},
                        {"target", "/" + id}, {"headers", json::array()}, {"credit", 16}};
    const json account = {{"plugin", id}, {"key", id}, {"account", "default"}};
    json message = account;
    message.update({{"to", "ada"}, {"text", "Hello"}});
    std::vector<Outcome*> open;
    auto begin = [&](std::string_view name, const json& params) {
      open.push_back(&call(name, params.dump(), briefly()));
    };
    begin(protocol::kHookRun, hook);
    begin(protocol::kCommandRun, command);
    begin(protocol::kGatewayMethodCall, method);
    begin(protocol::kCapabilityInvoke, function);
    begin(protocol::kHttpRouteHandle, route);
    begin(protocol::kChannelStart, account);
    begin(protocol::kChannelSend, message);
    begin(protocol::kChannelStop, account);
    return open;
  }
  std::string complete_params() const {
    protocol::ProviderCompleteParams params;
    params.plugin = params.key = GetParam();
    params.service = R"({"id":"s","baseUrl":"https://service.invalid"})";
    params.model = "m";
    params.messages = {R"({"role":"user","content":"hello"})"};
    return to_json(params);
  }
};

TEST_P(BadPluginInHost, EveryCallEnds) {
  const auto& id = GetParam();
  hello();
  peer->watch(true);
  auto& started = ended(call(protocol::kPluginStart, to_json(start_params(bad(id))), briefly()));
  if (started.result) {
    std::vector<Outcome*> open;
    for (auto tool : {"echo", "later", "shout"}) {
      open.push_back(&call_tool(id, tool, {{"text", "hello"}}, json::object(), briefly()));
    }
    open.push_back(&call(protocol::kProviderComplete, complete_params(), briefly()));
    for (auto* outcome : ask_of_every_kind()) open.push_back(outcome);
    CancelSource source;
    auto cancellable = briefly();
    cancellable.cancel = source.token();
    open.push_back(&call_tool(id, "later", {{"text", "hello"}}, json::object(), std::move(cancellable)));
    ended(call(protocol::kHostPing, "{}", briefly()));
    source.cancel();
    for (auto* outcome : open) ended(*outcome);
    ended(call(protocol::kPluginStop, json{{"plugin", id}}.dump(), briefly()));
  }
  ended(call(protocol::kHostShutdown, "{}", briefly()));
  EXPECT_EQ(peer->open_calls(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Of, BadPluginInHost, testing::ValuesIn(all_bad_plugins()), [](const auto& test) {
  auto name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace chela::plugin_host
