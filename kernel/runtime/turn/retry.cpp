#include "kernel/runtime/turn/retry.hpp"

#include <algorithm>

namespace chela::runtime {
namespace {

using std::chrono::milliseconds;

constexpr int kAttemptsMax = 3;
constexpr milliseconds kFirstPause(400);
constexpr std::chrono::seconds kRetryAfterMax(60);

}  // namespace

std::optional<Duration> pause_before_retry(const CompletionFailure& failure, int attempts, double jitter) {
  const auto& partial = failure.partial;
  bool nothing_received = partial.text.empty() && partial.reasoning.empty() && partial.tool_calls.empty();
  bool may_pass = failure.error.code == ErrorCode::unavailable || failure.error.code == ErrorCode::exhausted;
  if (!nothing_received || !may_pass || attempts >= kAttemptsMax || failure.retry_after > kRetryAfterMax)
    return std::nullopt;
  auto pause = kFirstPause * (1 << (attempts - 1));
  auto spread = std::chrono::duration_cast<Duration>(pause * (1 + jitter));
  return std::max(spread, failure.retry_after);
}

}  // namespace chela::runtime
