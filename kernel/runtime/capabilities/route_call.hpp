#pragma once

// One HTTP request that a plugin answers. The answer is pulled: what its taker does not take makes the plugin wait.
// Loop thread only; the plugin may answer from any thread.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"

namespace chela::runtime {

using RouteHeaders = std::vector<std::pair<std::string, std::string>>;

struct RouteInput {
  std::string method;
  std::string route;     // what the plugin knows the route by
  std::string target;    // path and query, as asked for
  RouteHeaders headers;  // names in lower case
  std::string body;
  std::string client;  // JSON object: address, principal, scopes
  Duration timeout = std::chrono::hours(1);
  std::optional<plugins::LeftoverCall> leftover = {};  // where it is counted when nobody waits for it any more
};

struct RouteHead {
  int status = 200;
  RouteHeaders headers;
};

class RouteCall {
 public:
  static constexpr std::size_t kHighWater = 256 * 1024;       // what waits above it makes the plugin wait
  static constexpr std::size_t kWaitingBytesMax = 4u << 20;   // what waits above it ends the answer
  static constexpr std::size_t kHeadersMax = 100;
  static constexpr std::size_t kHeaderBytesMax = 32 * 1024;   // of all together

  // Gives the request to the plugin. `loop` outlives the call.
  static Result<std::unique_ptr<RouteCall>> start(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                                  RouteInput input);
  RouteCall(const RouteCall&) = delete;
  RouteCall& operator=(const RouteCall&) = delete;
  ~RouteCall();  // the plugin is told when it has not completed by then

  // Waits for the head. Errors: `not_found` when the request is none for the plugin, `timed_out`, `cancelled`,
  // `protocol` for an answer that is none, else the plugin's own.
  Task<Result<RouteHead>> head(TimePoint deadline, CancelToken cancel);
  // After the head: the next piece of the body, nothing at its end. An error means that the answer is not whole.
  Task<Result<std::optional<std::string>>> next(TimePoint deadline, CancelToken cancel);

 private:
  class Reception;
  RouteCall(std::shared_ptr<plugins::Instance> instance, std::shared_ptr<Reception> reception);
  Task<Result<void>> news(TimePoint deadline, CancelToken cancel);

  Loop& loop_;
  std::shared_ptr<plugins::Instance> instance_;
  std::shared_ptr<Reception> reception_;
};

}  // namespace chela::runtime
