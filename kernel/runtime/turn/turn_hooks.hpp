#pragma once

// The points of one turn at which plugins listen, by what happens there. A turn has one only when somebody listens at
// any of them; each function is free where nobody does. Loop thread only. Part of the turn's state.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/hooks/hooks.hpp"
#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

// What plugins say of a call of a tool.
struct ToolVerdict {
  std::string arguments;               // JSON object, perhaps changed
  std::optional<std::string> refusal;  // why it must not run
};

class TurnHooks {
 public:
  // How often an answer may be sent back to the model in one turn.
  static constexpr int kRevisionsMax = 3;

  // Null when nobody listens at a point of a turn. `input` outlives it.
  static std::unique_ptr<TurnHooks> create(const TurnEnvironment& environment, const TurnInput& input);
  TurnHooks(const TurnEnvironment& environment, const TurnInput& input);

  // before_model_resolve: the reference of the model to use, `given` unless a plugin names one that there is.
  Task<std::string> choose_model(std::string given, CancelToken cancel);
  // From here on events say which model it is.
  void set_model(const ModelRef& model) { model_ = &model; }

  // before_agent_reply: an answer that makes the turn unnecessary.
  Task<std::optional<std::string>> claim_reply(CancelToken cancel);
  // agent_turn_prepare and before_prompt_build: changes `messages`, the system message being the first. The tools that
  // may be used, where a plugin says so.
  Task<std::optional<std::vector<std::string>>> build_prompt(std::vector<Message>& messages, CancelToken cancel);
  // before_agent_run: why the turn must not run.
  Task<std::optional<Error>> refuse_run(const std::vector<Message>& messages, CancelToken cancel);

  // llm_input, and model_call_started and model_call_ended around each completion.
  void tell_input(const std::vector<Message>& messages, const std::vector<Message>& tools);
  void tell_call_started(int number);
  void tell_call_ended(int number, Duration took, const Error* error);

  // trusted_tool_policy and before_tool_call.
  Task<ToolVerdict> judge_tool(ToolCallRequest call, std::string arguments, CancelToken cancel);
  // tool_result_middleware, which may change the text, and after_tool_call.
  Task<ToolOutcome> pass_tool_result(ToolOutcome outcome, std::string arguments, CancelToken cancel);
  // tool_result_persist and before_message_write: the message as the conversation keeps it; null when it does not.
  Task<Message> keep_tool_message(Message message, ToolCallRequest call, CancelToken cancel);
  // before_message_write.
  Task<Message> keep_message(Message message, CancelToken cancel);

  // before_agent_finalize: what to tell the model instead of ending, as long as there are revisions left.
  Task<std::optional<std::string>> revise(const std::vector<Message>& messages, CancelToken cancel);
  // llm_output and agent_end.
  void tell_end(const TurnResult& result, const std::vector<Message>& messages, Duration took);

 private:
  bool hears(HookPoint point) const { return hooks_.hears(point); }
  nlohmann::json context() const;
  nlohmann::json tool_context(const ToolCallRequest& call) const;
  nlohmann::json model_event() const;
  Task<ToolVerdict> judge_at(HookPoint point, ToolCallRequest call, ToolVerdict so_far, CancelToken cancel);

  Hooks& hooks_;
  const TurnEnvironment& environment_;
  const TurnInput& input_;
  std::string prompt_;
  const ModelRef* model_ = nullptr;
  int revisions_ = 0;
  std::vector<std::string> said_;  // by the assistant in this turn
};

}  // namespace chela::runtime
