#pragma once

// One call of a gateway method of a plugin that runs, as a task. Loop thread only; the plugin may answer from any thread.

#include <memory>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"

namespace chela::runtime {

struct MethodRequest {
  std::string method;
  std::string params;   // JSON
  std::string context;  // JSON object: chela_gateway_method_request::context
  Duration timeout;
  plugins::LeftoverCall leftover;
};

constexpr std::size_t kMethodResultBytesMax = 8u << 20;

// Yields the result, JSON. Errors: what the method says, `timed_out`, `cancelled`, `too_large`, `invalid_argument` when
// the result is no JSON.
Task<Result<std::string>> call_method(Loop& loop, std::shared_ptr<plugins::Instance> instance, MethodRequest request,
                                      CancelToken cancel);

}  // namespace chela::runtime
