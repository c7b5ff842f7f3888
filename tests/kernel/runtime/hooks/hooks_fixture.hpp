#pragma once

// Real plugins, linked in, that listen at points and say what a test wants.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/runtime/hooks/hooks.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {

using plugins::from_abi;
using plugins::to_abi;
using nlohmann::json;

struct HeardCall {
  std::string plugin;
  std::string point;
  json event;
  json context;
  std::uint64_t timeout_ms;
};

class HooksTest : public plugins::PluginTest {
 protected:
  // What the plugin answers; a call is kept open without it.
  using Answers = std::function<json(const HeardCall&)>;

  plugins::ScriptedPlugin& listener(const std::string& id, const std::string& points, Answers answers,
                                    int priority = 0) {
    auto& made = plugin(id);
    write_manifest(made, fmt::format(R"("provides": [{{"kind": "hook", "id": "{}", "points": {}, "priority": {}}}])", id,
                                     points, priority));
    made.on_hook = [this, id, answers](const chela_hook_request& request, const chela_hook_call* call, auto*) {
      heard.push_back({id, std::string(from_abi(request.point)), json::parse(from_abi(request.event)),
                       json::parse(from_abi(request.context)), request.timeout_ms});
      if (answers) {
        auto said = answers(heard.back());
        call->complete(call, CHELA_OK, to_abi(said.is_null() ? "" : said.dump()));
      } else {
        open_calls[request.call_id] = call;
      }
      return CHELA_OK;
    };
    made.on_cancel_hook = [this](std::uint64_t id_of_call) {
      ++cancelled;
      if (auto open = open_calls.extract(id_of_call)) open.mapped()->complete(open.mapped(), CHELA_CANCELLED, {});
    };
    listeners.push_back(&made);
    return made;
  }
  Hooks& make() {
    open(listeners);
    return hooks.emplace(loop, logger, *set);
  }
  json ask(HookPoint point, json event = json::object(), CancelToken cancel = {}) {
    return await(hooks->ask(point, std::move(event), json{{"agentId", "main"}}, std::move(cancel)));
  }
  std::vector<std::string> order() const {
    std::vector<std::string> out;
    for (const auto& call : heard) out.push_back(call.plugin);
    return out;
  }

  // What a plugin never completes is kept for it.
  void TearDown() override {
    for (const auto& [id, call] : std::exchange(open_calls, {})) call->complete(call, CHELA_CANCELLED, {});
    settle();
    PluginTest::TearDown();
  }

  std::vector<plugins::ScriptedPlugin*> listeners;
  std::vector<HeardCall> heard;
  std::map<std::uint64_t, const chela_hook_call*> open_calls;
  int cancelled = 0;
  std::optional<Hooks> hooks;  // outlives the loop's tasks, which TearDown() ends
};

}  // namespace chela::runtime
