#pragma once

// One call of one tool, as a task. Loop thread only; the plugin may answer from any thread.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/tools/catalog.hpp"

namespace chela::runtime {

struct ToolInput {
  std::shared_ptr<const Tool> tool;
  std::string arguments;       // JSON object, checked
  std::string context;         // JSON object: chela_tool_request::context
  Duration timeout = std::chrono::seconds(30);
  std::optional<plugins::LeftoverCall> leftover = {};  // where it is counted when nobody waits for it any more
  bool resolve = false;  // chela_plugin_tool::resolve instead of start
};

constexpr std::size_t kToolResultBytesMax = 1 << 20;

// Runs the tool and yields its result for the model. Progress is reported to `on_progress`, which outlives the task.
// A tool that does not answer within its timeout is asked to stop and answered for with `timed_out`.
Task<Result<std::string>> call_tool(Loop& loop, plugins::PluginSet& plugins, ToolInput input,
                                    const std::function<void(std::string_view)>& on_progress, CancelToken cancel);

// The same with an instance that runs already.
Task<Result<std::string>> call_tool(Loop& loop, std::shared_ptr<plugins::Instance> instance, ToolInput input,
                                    const std::function<void(std::string_view)>& on_progress, CancelToken cancel);

}  // namespace chela::runtime
