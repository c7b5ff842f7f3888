#pragma once

// One call of one function of a capability whose kind is called by path, as a task. Loop thread only; the plugin may
// answer from any thread.

#include <memory>
#include <optional>
#include <string>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::runtime {

struct CapabilityInput {
  std::string kind;       // one of plugins::kKindsCalledByPath
  std::string id;
  std::string path;       // of the function: "search", "index.add"; empty where the capability is one function
  std::string arguments;  // JSON array
  Duration timeout = std::chrono::seconds(30);
  std::optional<plugins::LeftoverCall> leftover = {};  // where it is counted when nobody waits for it any more
};

constexpr std::size_t kCapabilityValueBytesMax = 12u << 20;

// Calls the function of whoever provides kind/id, starting the plugin when it does not run; yields the value as JSON
// text, "null" when there is none. Errors: `not_found` when nobody provides it or there is no such function, `timed_out`,
// `cancelled`, `protocol` for a value that is no JSON, else the plugin's own; all but the first name the plugin.
Task<Result<std::string>> invoke(Loop& loop, plugins::PluginSet& plugins, CapabilityInput input, CancelToken cancel);

// The same with an instance that runs already.
Task<Result<std::string>> invoke(Loop& loop, std::shared_ptr<plugins::Instance> instance, CapabilityInput input,
                                 CancelToken cancel);

}  // namespace chela::runtime
