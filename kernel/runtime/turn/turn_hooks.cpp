#include "kernel/runtime/turn/turn_hooks.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/turn/hook_message.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr HookPoint kPoints[] = {
    HookPoint::before_model_resolve, HookPoint::agent_turn_prepare,    HookPoint::before_prompt_build,
    HookPoint::before_agent_reply,   HookPoint::before_agent_run,      HookPoint::before_agent_finalize,
    HookPoint::agent_end,            HookPoint::llm_input,             HookPoint::llm_output,
    HookPoint::model_call_started,   HookPoint::model_call_ended,      HookPoint::before_tool_call,
    HookPoint::trusted_tool_policy,  HookPoint::after_tool_call,       HookPoint::tool_result_middleware,
    HookPoint::tool_result_persist,  HookPoint::before_message_write};

Json usage_of(const Usage& usage) {
  return {{"input", usage.input_tokens},
          {"output", usage.output_tokens},
          {"cacheRead", usage.cached_input_tokens},
          {"cacheWrite", 0},
          {"total", usage.input_tokens + usage.output_tokens}};
}

std::vector<std::string> texts_in(const Json& list) {
  std::vector<std::string> out;
  for (const auto& one : list) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

// The system message is the operator's; what a plugin adds to it counts as theirs, since they let it.
Message changed_system(const Message& system, const Json& said) {
  auto text = text_of(said, "systemPrompt");
  auto whole = text.empty() ? system : system_message(OperatorText{std::move(text)});
  return with_text_around(whole, text_of(said, "prependSystemContext"), text_of(said, "appendSystemContext"));
}

void add_context(std::vector<Message>& messages, const Json& said) {
  if (messages.size() < 2) return;
  messages.back() = with_text_around(messages.back(), text_of(said, "prependContext"), text_of(said, "appendContext"));
}

}  // namespace

std::unique_ptr<TurnHooks> TurnHooks::create(const TurnEnvironment& environment, const TurnInput& input) {
  const auto* hooks = environment.hooks;
  if (!hooks || std::ranges::none_of(kPoints, [&](HookPoint point) { return hooks->hears(point); })) return nullptr;
  return std::make_unique<TurnHooks>(environment, input);
}

TurnHooks::TurnHooks(const TurnEnvironment& environment, const TurnInput& input)
    : hooks_(*environment.hooks),
      environment_(environment),
      input_(input),
      prompt_(input.messages.empty() ? std::string() : said_in(input.messages.back())) {}

// Upstream's PluginHookAgentContext, as far as it is known here.
Json TurnHooks::context() const {
  Json out = {{"runId", input_.id},
              {"agentId", input_.agent},
              {"workspaceDir", environment_.context.workspace().string()},
              {"trigger", "user"}};
  if (!input_.session_id.empty()) out["sessionKey"] = out["sessionId"] = input_.session_id;
  if (!input_.channel.empty()) out["channel"] = out["channelId"] = out["messageProvider"] = input_.channel;
  if (!input_.sender.empty()) out["senderId"] = input_.sender;
  if (model_) {
    out["modelProviderId"] = model_->service;
    out["modelId"] = model_->model;
  }
  return out;
}

Json TurnHooks::model_event() const {
  Json out = {{"runId", input_.id}, {"sessionId", input_.session_id}};
  if (!input_.session_id.empty()) out["sessionKey"] = input_.session_id;
  if (model_) {
    out["provider"] = model_->service;
    out["model"] = model_->model;
  }
  return out;
}

Task<std::string> TurnHooks::choose_model(std::string given, CancelToken cancel) {
  if (!hears(HookPoint::before_model_resolve)) co_return given;
  Json event = {{"prompt", prompt_}};
  auto said = co_await hooks_.ask(HookPoint::before_model_resolve, std::move(event), context(), std::move(cancel));
  auto model = text_of(said, "modelOverride"), provider = text_of(said, "providerOverride");
  if (model.empty() && provider.empty()) co_return given;
  const auto& models = environment_.models;
  if (model.empty()) {
    if (auto current = models.resolve(given)) model = current->model;
  }
  auto wanted = provider.empty() ? model : provider + "/" + model;
  if (auto found = models.resolve(wanted)) co_return wanted;
  environment_.logger.warning("[{}] a plugin chose the model {}, which there is not; the turn goes on with its own",
                              input_.id, wanted);
  co_return given;
}

Task<std::optional<std::string>> TurnHooks::claim_reply(CancelToken cancel) {
  if (!hears(HookPoint::before_agent_reply)) co_return std::nullopt;
  Json event = {{"cleanedBody", prompt_}};
  auto said = co_await hooks_.ask(HookPoint::before_agent_reply, std::move(event), context(), std::move(cancel));
  if (said.value("handled", Json()) != true) co_return std::nullopt;
  environment_.logger.info("[{}] plugin {} answers itself", input_.id, text_of(said, "plugin"));
  auto reply = said.find("reply");
  co_return reply != said.end() && reply->is_object() ? text_of(*reply, "text") : std::string();
}

Task<std::optional<std::vector<std::string>>> TurnHooks::build_prompt(std::vector<Message>& messages,
                                                                      CancelToken cancel) {
  if (hears(HookPoint::agent_turn_prepare)) {
    Json event = {
        {"prompt", prompt_}, {"messages", to_hook_messages(messages)}, {"queuedInjections", Json::array()}};
    auto said = co_await hooks_.ask(HookPoint::agent_turn_prepare, std::move(event), context(), cancel);
    add_context(messages, said);
  }
  if (!hears(HookPoint::before_prompt_build)) co_return std::nullopt;
  Json event = {{"prompt", prompt_}, {"currentUserMessage", prompt_}, {"messages", to_hook_messages(messages)}};
  auto said = co_await hooks_.ask(HookPoint::before_prompt_build, std::move(event), context(), cancel);
  add_context(messages, said);
  messages.front() = changed_system(messages.front(), said);
  auto allowed = said.find("toolsAllow");
  if (allowed == said.end() || !allowed->is_array()) co_return std::nullopt;
  co_return texts_in(*allowed);
}

Task<std::optional<Error>> TurnHooks::refuse_run(const std::vector<Message>& messages, CancelToken cancel) {
  if (!hears(HookPoint::before_agent_run)) co_return std::nullopt;
  Json event = {{"prompt", prompt_},
                {"messages", to_hook_messages(messages)},
                {"systemPrompt", said_in(messages.front())}};
  if (!input_.channel.empty()) event["channelId"] = input_.channel;
  if (!input_.sender.empty()) event["senderId"] = input_.sender;
  auto said = co_await hooks_.ask(HookPoint::before_agent_run, std::move(event), context(), std::move(cancel));
  if (text_of(said, "outcome") != "block") co_return std::nullopt;
  environment_.logger.warning("[{}] plugin {} stopped the turn: {}", input_.id, text_of(said, "plugin"),
                              text_of(said, "reason"));
  auto message = text_of(said, "message");
  if (message.empty()) {
    message = fmt::format("plugin {} stopped the turn: {}", text_of(said, "plugin"), text_of(said, "reason"));
  }
  co_return Error{ErrorCode::denied, std::move(message)};
}

void TurnHooks::tell_input(const std::vector<Message>& messages, const std::vector<Message>& tools) {
  if (!hears(HookPoint::llm_input)) return;
  Json event = model_event();
  event["systemPrompt"] = said_in(messages.front());
  event["prompt"] = said_in(messages.back());
  event["historyMessages"] = to_hook_messages(std::span(messages).first(messages.size() - 1));
  event["imagesCount"] = 0;
  event["tools"] = Json::array();
  for (const auto& tool : tools) event["tools"].push_back(object_of(*tool).value("function", Json::object()));
  hooks_.tell(HookPoint::llm_input, event, context());
}

void TurnHooks::tell_call_started(int number) {
  if (!hears(HookPoint::model_call_started)) return;
  Json event = model_event();
  event["callId"] = fmt::format("{}:model:{}", input_.id, number);
  hooks_.tell(HookPoint::model_call_started, event, context());
}

void TurnHooks::tell_call_ended(int number, Duration took, const Error* error) {
  if (!hears(HookPoint::model_call_ended)) return;
  Json event = model_event();
  event["callId"] = fmt::format("{}:model:{}", input_.id, number);
  event["durationMs"] = duration_cast<milliseconds>(took).count();
  event["outcome"] = error ? "error" : "completed";
  if (error) event["errorCategory"] = name_of(error->code);
  hooks_.tell(HookPoint::model_call_ended, event, context());
}

Task<std::optional<std::string>> TurnHooks::revise(const std::vector<Message>& messages, CancelToken cancel) {
  if (!hears(HookPoint::before_agent_finalize)) co_return std::nullopt;
  Json event = model_event();
  event["turnId"] = input_.id;
  event["cwd"] = environment_.context.workspace().string();
  event["stopHookActive"] = revisions_ > 0;
  event["lastAssistantMessage"] = said_in(messages.back());
  event["messages"] = to_hook_messages(messages);
  auto said = co_await hooks_.ask(HookPoint::before_agent_finalize, std::move(event), context(), std::move(cancel));
  if (text_of(said, "action") != "revise") co_return std::nullopt;
  const Json retry = said.value("retry", Json::object());
  auto most = retry.is_object() ? retry.value("maxAttempts", Json()) : Json();
  constexpr std::uint64_t kMost = kRevisionsMax;
  auto allowed = static_cast<int>(most.is_number_unsigned() ? std::min(most.get<std::uint64_t>(), kMost) : kMost);
  if (revisions_ >= allowed) {
    environment_.logger.info("[{}] the answer was revised {} times; it stands", input_.id, revisions_);
    co_return std::nullopt;
  }
  ++revisions_;
  auto instruction = retry.is_object() ? text_of(retry, "instruction") : std::string();
  if (instruction.empty()) instruction = text_of(said, "reason");
  co_return instruction.empty() ? "Look at your last answer once more and improve it." : instruction;
}

void TurnHooks::tell_end(const TurnResult& result, const std::vector<Message>& messages, Duration took) {
  if (hears(HookPoint::llm_output)) {
    Json event = model_event();
    event["resolvedRef"] = result.model.text();
    event["prompt"] = prompt_;
    event["assistantTexts"] = said_;
    if (!said_.empty()) event["lastAssistant"] = to_hook_message(assistant_message(said_.back(), {}));
    event["usage"] = usage_of(result.usage);
    hooks_.tell(HookPoint::llm_output, event, context());
  }
  if (!hears(HookPoint::agent_end)) return;
  Json event = {{"runId", input_.id},
                {"messages", to_hook_messages(messages)},
                {"success", !result.error.has_value()},
                {"durationMs", duration_cast<milliseconds>(took).count()}};
  if (result.error) event["error"] = result.error->message;
  hooks_.tell(HookPoint::agent_end, event, context());
}

}  // namespace chela::runtime
