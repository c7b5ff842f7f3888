#pragma once

// One turn: asks the model, runs the tools it calls, and asks again, until it answers or a limit is reached. A service
// that refuses for now, before it said anything, is asked again (retry.hpp).
// Loop thread only. A turn always ends with a TurnResult; what went wrong is in it.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/models/catalog.hpp"
#include "kernel/runtime/models/completion.hpp"
#include "kernel/runtime/tools/catalog.hpp"
#include "kernel/runtime/turn/context.hpp"
#include "kernel/runtime/turn/message.hpp"

namespace chela::runtime {

class ContextPlugins;
class Hooks;
class SkillContext;

struct TurnLimits {
  int iterations_max = 25;                              // completions
  Duration time_max = std::chrono::minutes(10);         // of the whole turn
  std::uint64_t tokens_max = 0;                         // input and output together; 0: no limit
  Duration tool_timeout = std::chrono::seconds(30);     // per call
  Duration silence_max = std::chrono::seconds(120);     // between two signs of life of the provider
  int tool_calls_max = 64;                              // per completion
};

// What all turns of the process did together.
struct TurnTotals {
  std::uint64_t turns = 0;
  std::uint64_t completions = 0;
  std::uint64_t failed_completions = 0;
  std::uint64_t retried_completions = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t tool_calls = 0;
  std::uint64_t failed_tool_calls = 0;
  std::uint64_t tool_timeouts = 0;
};

// What turns are made of; everything outlives the turns.
struct TurnEnvironment {
  Loop& loop;
  log::Logger logger;
  plugins::PluginSet& plugins;
  const ModelCatalog& models;
  const ToolCatalog& tools;
  WorkspaceContext& context;
  TurnTotals& totals;
  TurnLimits limits;
  std::string time_zone;  // the person's, IANA; empty: the machine's
  Hooks* hooks = nullptr;  // null: nobody is asked
  ContextPlugins* context_plugins = nullptr;  // null: there is neither a memory nor a context engine
  SkillContext* skills = nullptr;  // null: there are none
};

// A tool that the client will run itself: a call of it ends the turn.
struct ClientTool {
  std::string name;
  Message definition;
};

struct TurnInput {
  std::string id;      // for logs
  std::string origin;  // who asked, for logs: the conversation
  std::string agent = "main";  // who answers
  std::string session_id;  // empty: the conversation is not kept
  std::string channel;     // that it came by
  std::string sender;      // who wrote, as the channel names them
  std::string model;   // reference; empty: the default
  std::vector<Message> messages;  // the conversation, oldest first, the new message last; no system message of ours
  std::string options = "{}";
  std::vector<ClientTool> client_tools;
  bool use_tools = true;  // offer the gateway's own tools
};

enum class ToolStatus { completed, failed, blocked };
std::string_view name_of(ToolStatus status);

struct ToolOutcome {
  ToolCallRequest call;
  ToolStatus status = ToolStatus::completed;
  std::string text;
  Duration duration{};
};

// Sees a turn as it happens. Outlives the turn.
class TurnObserver {
 public:
  virtual ~TurnObserver() = default;
  virtual void on_text(std::string_view piece) = 0;
  virtual void on_reasoning(std::string_view piece) = 0;
  virtual void on_tool_start(const ToolCallRequest& call) = 0;
  virtual void on_tool_progress(const std::string& tool_call_id, std::string_view text) = 0;
  virtual void on_tool_result(const ToolOutcome& outcome) = 0;
  // The model has spoken: `message` belongs into the conversation. Before the tools that it calls are run.
  virtual void on_assistant_message(const Message& message, const CompletionResult& completion) = 0;
  // A tool has answered: `message` belongs into the conversation.
  virtual void on_tool_message(const Message& message, const ToolOutcome& outcome) = 0;
};

struct TurnResult {
  std::string finish_reason;  // stop, length, content_filter, tool_calls (of client tools), cancelled, limit, error
  std::optional<Error> error;  // for cancelled, limit and error
  std::string text;            // all that was said in the turn
  std::vector<ToolCallRequest> client_tool_calls;
  Usage usage;                 // of all completions together
  ModelRef model;
  int completions = 0;
  int tool_calls = 0;
  int failed_tool_calls = 0;
};

Task<TurnResult> run_turn(const TurnEnvironment& environment, TurnInput input, TurnObserver& observer,
                          CancelToken cancel);

}  // namespace chela::runtime
