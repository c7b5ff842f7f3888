#pragma once

// One call of one plugin at one point, as a task. Loop thread only; the plugin may answer from any thread.

#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"

namespace chela::runtime {

struct HookInput {
  std::string point;
  std::string event;    // JSON object
  std::string context;  // JSON object
  Duration timeout = std::chrono::seconds(30);
  plugins::LeftoverCall leftover;  // the call's id, and where it is counted when nobody waits for it any more
};

constexpr std::size_t kHookResultBytesMax = 4u << 20;

// What the plugin says: JSON text, or nothing. A plugin that does not answer in time is asked to stop and answered for
// with `timed_out`.
Task<Result<std::string>> call_hook(Loop& loop, std::shared_ptr<plugins::Instance> instance, HookInput input,
                                    CancelToken cancel);

}  // namespace chela::runtime
