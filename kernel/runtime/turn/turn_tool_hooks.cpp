// The points of a turn that concern tools, and what the conversation keeps.

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/turn/hook_message.hpp"
#include "kernel/runtime/turn/turn_hooks.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Upstream's AgentToolResult.
Json result_of(const std::string& text) {
  return {{"content", Json::array({{{"type", "text"}, {"text", text}}})}, {"details", Json::object()}};
}

Json tool_event(const TurnInput& input, const ToolCallRequest& call, Json arguments) {
  return {{"toolName", call.name}, {"params", std::move(arguments)}, {"runId", input.id}, {"toolCallId", call.id}};
}

}  // namespace

Json TurnHooks::tool_context(const ToolCallRequest& call) const {
  Json out = context();
  out["toolName"] = call.name;
  out["toolCallId"] = call.id;
  out["requester"] = {{"channel", input_.channel}, {"senderId", input_.sender}};
  return out;
}

Task<ToolVerdict> TurnHooks::judge_at(HookPoint point, ToolCallRequest call, ToolVerdict so_far, CancelToken cancel) {
  if (!hears(point) || so_far.refusal) co_return so_far;
  auto event = tool_event(input_, call, object_of(so_far.arguments));
  auto said = co_await hooks_.ask(point, std::move(event), tool_context(call), std::move(cancel));
  if (auto params = said.find("params"); params != said.end() && params->is_object()) {
    so_far.arguments = json_text(*params);
  }
  auto plugin = text_of(said, "plugin");
  if (said.value("block", Json()) == true) {
    auto reason = text_of(said, "blockReason");
    so_far.refusal = fmt::format("plugin {} does not let {} run: {}", plugin, call.name,
                                 reason.empty() ? "it gave no reason" : reason);
  } else if (auto approval = said.find("requireApproval"); approval != said.end()) {
    // Running it unasked would be worse than not running it.
    so_far.refusal = fmt::format("a plugin wants {} to be approved by a person first ({}), and this gateway cannot ask "
                                 "for approvals yet; it was not run",
                                 call.name, approval->is_object() ? text_of(*approval, "title") : std::string());
  }
  co_return so_far;
}

Task<ToolVerdict> TurnHooks::judge_tool(ToolCallRequest call, std::string arguments, CancelToken cancel) {
  ToolVerdict verdict{std::move(arguments), std::nullopt};
  verdict = co_await judge_at(HookPoint::trusted_tool_policy, call, std::move(verdict), cancel);
  co_return co_await judge_at(HookPoint::before_tool_call, call, std::move(verdict), cancel);
}

Task<ToolOutcome> TurnHooks::pass_tool_result(ToolOutcome outcome, std::string arguments, CancelToken cancel) {
  const auto& call = outcome.call;
  bool failed = outcome.status != ToolStatus::completed;
  if (hears(HookPoint::tool_result_middleware)) {
    Json event = {{"turnId", input_.id}, {"toolCallId", call.id},       {"toolName", call.name},
                  {"args", object_of(arguments)}, {"isError", failed}, {"result", result_of(outcome.text)}};
    auto said = co_await hooks_.ask(HookPoint::tool_result_middleware, std::move(event), tool_context(call), cancel);
    auto result = said.find("result");
    if (result != said.end() && result->is_object() && result->contains("content")) {
      outcome.text = plain_text((*result)["content"]);
    }
  }
  if (hears(HookPoint::after_tool_call)) {
    auto event = tool_event(input_, call, object_of(arguments));
    event["durationMs"] = duration_cast<milliseconds>(outcome.duration).count();
    if (failed) {
      event["error"] = outcome.text;
    } else {
      event["result"] = result_of(outcome.text);
    }
    hooks_.tell(HookPoint::after_tool_call, event, tool_context(call));
  }
  co_return outcome;
}

Task<Message> TurnHooks::keep_tool_message(Message message, ToolCallRequest call, CancelToken cancel) {
  if (hears(HookPoint::tool_result_persist)) {
    Json event = {{"toolName", call.name},
                  {"toolCallId", call.id},
                  {"message", to_hook_message(message, call.name)},
                  {"isSynthetic", false}};
    auto said = co_await hooks_.ask(HookPoint::tool_result_persist, std::move(event), tool_context(call), cancel);
    if (auto text = text_of_hook_message(said.value("message", Json()), "toolResult")) message = with_text(message, *text);
  }
  co_return co_await keep_message(std::move(message), cancel);
}

Task<Message> TurnHooks::keep_message(Message message, CancelToken cancel) {
  auto shown = to_hook_message(message);
  auto role = text_of(shown, "role");
  if (role == "assistant") said_.push_back(said_in(message));
  if (!hears(HookPoint::before_message_write)) co_return message;
  Json event = {{"message", std::move(shown)}, {"agentId", input_.agent}};
  if (!input_.session_id.empty()) event["sessionKey"] = input_.session_id;
  auto said = co_await hooks_.ask(HookPoint::before_message_write, std::move(event), context(), std::move(cancel));
  if (said.value("block", Json()) == true) co_return nullptr;
  if (auto text = text_of_hook_message(said.value("message", Json()), role)) message = with_text(message, *text);
  co_return message;
}

}  // namespace chela::runtime
