#pragma once

// A model that follows a script and some tools, both real plugins, with everything that turns are made of.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/runtime/turn/turn.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {

using plugins::from_abi;
using plugins::to_abi;

// What the model does with one completion.
using Step = std::function<void(const chela_completion*)>;

inline void finish(const chela_completion* completion, std::string_view reason = "stop") {
  completion->complete(completion, CHELA_OK, to_abi(reason), 0);
}
inline void use(const chela_completion* completion, std::uint64_t input, std::uint64_t output) {
  chela_usage usage{sizeof(chela_usage), input, output, 0, 0};
  completion->usage(completion, &usage);
}
inline Step says(std::string text) {
  return [text](const chela_completion* completion) {
    completion->text(completion, to_abi(text));
    finish(completion);
  };
}
struct Call {
  std::string id;
  std::string name;
  std::string arguments = "{}";
};
inline Step calls(std::vector<Call> list, std::string text = "") {
  return [list, text](const chela_completion* completion) {
    if (!text.empty()) completion->text(completion, to_abi(text));
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      completion->tool_call(completion, i, to_abi(list[i].id), to_abi(list[i].name));
      completion->tool_arguments(completion, i, to_abi(list[i].arguments));
    }
    finish(completion, "tool_calls");
  };
}
inline Step fails(chela_status status, std::string why, std::string said = "") {
  return [=](const chela_completion* completion) {
    if (!said.empty()) completion->text(completion, to_abi(said));
    completion->complete(completion, status, to_abi(why), 0);
  };
}

// What the model was given.
struct SeenRequest {
  std::string model;
  std::vector<nlohmann::json> messages;
  std::vector<std::string> tools;  // names
  nlohmann::json options;
};

class RuntimeTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(wire, R"("provides": [{"kind": "provider", "id": "wire"}], "services": [
      {"id": "inside", "api": "wire", "embedded": true, "models": ["story", "other"]}])");
    write_manifest(acme, R"("provides": [{"kind": "tool", "id": "acme", "tools": [
      {"name": "echo", "description": "d", "parameters": {"required": ["text"], "properties": {"text": {"type": "string"}}}, "parallel": true},
      {"name": "hold", "description": "d", "parameters": {}, "parallel": true},
      {"name": "alone", "description": "d", "parameters": {}},
      {"name": "deny", "description": "d", "parameters": {}}]}])");
    wire.on_complete = [this](const chela_completion_request& request, const chela_completion* completion, auto*) {
      see(request);
      if (script.empty()) {
        open_completion = completion;
        return CHELA_OK;
      }
      auto step = std::move(script.front());
      script.pop_front();
      step(completion);
      return CHELA_OK;
    };
    wire.on_cancel = [this](std::uint64_t) {
      if (auto* completion = std::exchange(open_completion, nullptr))
        completion->complete(completion, CHELA_CANCELLED, to_abi("cancelled"), 0);
    };
    acme.tool_names = "echo\nhold\nalone\ndeny\n";
    acme.on_start_tool = [this](const chela_tool_request& request, const chela_tool_call* call, auto*) {
      return run(request, call);
    };
    acme.on_cancel_tool = [this](std::uint64_t id) {
      if (auto held = held_calls.extract(id))
        held.mapped()->complete(held.mapped(), CHELA_CANCELLED, to_abi("cancelled"));
    };
    std::vector<plugins::ScriptedPlugin*> with{&wire, &acme};
    with.insert(with.end(), more_plugins.begin(), more_plugins.end());
    open(with);
    models.emplace(*set, nlohmann::json::object(), [](const std::string&) { return std::nullopt; });
    tools.emplace(*set, ToolSelection{});
    context.emplace(loop, directory / "workspace");
  }

  TurnEnvironment environment() {
    return {loop, logger, *set, *models, *tools, *context, totals, limits, time_zone, listening, context_plugins,
            skill_context};
  }

  void see(const chela_completion_request& request) {
    auto& seen = requests.emplace_back();
    seen.model = from_abi(request.model);
    seen.options = nlohmann::json::parse(from_abi(request.options));
    for (std::size_t i = 0; i < request.message_count; ++i)
      seen.messages.push_back(nlohmann::json::parse(from_abi(request.messages[i])));
    for (std::size_t i = 0; i < request.tool_count; ++i) {
      seen.tools.push_back(nlohmann::json::parse(from_abi(request.tools[i]))["function"]["name"]);
    }
  }
  chela_status run(const chela_tool_request& request, const chela_tool_call* call) {
    std::string name(from_abi(request.tool));
    tool_runs.push_back(name);
    tool_contexts.push_back(nlohmann::json::parse(from_abi(request.context)));
    if (name == "hold" || name == "alone") {
      held_calls[request.call_id] = call;
    } else if (name == "deny") {
      call->complete(call, CHELA_DENIED, to_abi("not allowed here"));
    } else {
      call->progress(call, to_abi("working"));
      auto text = nlohmann::json::parse(from_abi(request.arguments))["text"].get<std::string>();
      call->complete(call, CHELA_OK, to_abi(text));
    }
    return CHELA_OK;
  }
  void release(std::string_view result) {
    ASSERT_FALSE(held_calls.empty());
    auto held = held_calls.extract(held_calls.begin());
    held.mapped()->complete(held.mapped(), CHELA_OK, to_abi(result));
  }

  std::vector<plugins::ScriptedPlugin*> more_plugins;  // of derived fixtures, with their manifests written
  plugins::ScriptedPlugin& wire = plugin("wire");
  plugins::ScriptedPlugin& acme = plugin("acme");
  std::deque<Step> script;  // when it is empty, completions stay open
  std::vector<SeenRequest> requests;
  std::vector<std::string> tool_runs;
  std::vector<nlohmann::json> tool_contexts;
  std::map<std::uint64_t, const chela_tool_call*> held_calls;
  const chela_completion* open_completion = nullptr;
  std::optional<ModelCatalog> models;
  std::optional<ToolCatalog> tools;
  std::optional<WorkspaceContext> context;
  TurnTotals totals;
  TurnLimits limits;
  std::string time_zone;
  Hooks* listening = nullptr;
  ContextPlugins* context_plugins = nullptr;
  SkillContext* skill_context = nullptr;
};

}  // namespace chela::runtime
