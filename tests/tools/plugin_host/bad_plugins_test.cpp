// Every plugin of tests/bad-plugins in a host process: whatever it does, the kernel's side sees an end of each call, with
// a result or an error that says which.

#include <algorithm>

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
