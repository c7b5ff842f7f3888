#pragma once

// One completion by a provider plugin, as a task. Loop thread only; the plugin may answer from any thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/models/service.hpp"

namespace chela::runtime {

// What is asked. Messages, tools and options are JSON as chela_completion_request describes it, serialised already.
struct CompletionInput {
  const Service* service = nullptr;  // outlives the completion
  std::string model;
  std::vector<std::shared_ptr<const std::string>> messages;
  std::vector<std::shared_ptr<const std::string>> tools;
  std::string options = "{}";
  Duration silence_max = std::chrono::seconds(120);  // between two signs of life of the provider
  std::optional<plugins::LeftoverCall> leftover = {};  // where it is counted when nobody waits for it any more
};

struct ToolCallRequest {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text, as the model wrote it
};

struct Usage {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t cached_input_tokens = 0;
  std::uint64_t reasoning_tokens = 0;
};

struct CompletionResult {
  std::string text;
  std::string reasoning;
  std::vector<ToolCallRequest> tool_calls;
  std::string stop_reason;  // "stop", "length", "tool_calls", "content_filter"
  Usage usage;
};

// Why a completion failed, and what was received until then.
struct CompletionFailure {
  Error error;
  Duration retry_after{};  // the service's own wish; zero when it has none
  CompletionResult partial;
};

// Sees the completion as it arrives. Outlives the task.
class CompletionListener {
 public:
  virtual ~CompletionListener() = default;
  virtual void on_text(std::string_view piece) = 0;
  virtual void on_reasoning(std::string_view piece) = 0;
  // The rest stands in the result, too.
  virtual void on_tool_call(std::uint32_t index, std::string_view id, std::string_view name);
  virtual void on_tool_arguments(std::uint32_t index, std::string_view piece);
  virtual void on_usage(const Usage& usage);
};

using CompletionOutcome = std::expected<CompletionResult, CompletionFailure>;

// Limits on what a provider may send in one completion.
constexpr std::size_t kCompletionBytesMax = 32u << 20;
constexpr std::size_t kToolCallsMax = 128;

// Activates the provider of the service's format and completes. A provider that stays silent for longer than
// input.silence_max is cancelled and answered for with `timed_out`.
Task<CompletionOutcome> complete(Loop& loop, plugins::PluginSet& plugins, CompletionInput input,
                                 CompletionListener& listener, CancelToken cancel);

// The same with a provider that runs already.
Task<CompletionOutcome> complete(Loop& loop, std::shared_ptr<plugins::Instance> instance, CompletionInput input,
                                 CompletionListener& listener, CancelToken cancel);

// Asks a service which models it has.
Task<Result<std::vector<Model>>> list_models(Loop& loop, plugins::PluginSet& plugins, const Service& service,
                                             Duration timeout, CancelToken cancel);
struct ListModelsInput {
  const Service* service;  // outlives the task
  Duration timeout;
  std::optional<plugins::LeftoverCall> leftover = {};  // as in CompletionInput
};
Task<Result<std::vector<Model>>> list_models(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                             ListModelsInput input, CancelToken cancel);

}  // namespace chela::runtime
