#pragma once

// Whether a completion that failed is asked for again. Pure; any thread.

#include <optional>

#include "kernel/core/base/clock.hpp"
#include "kernel/runtime/models/completion.hpp"

namespace chela::runtime {

// The pause before the next attempt, or none when another would not help: something was received already, the service
// refused for good, `attempts` (so far, 1 after the first) are enough, or the service wants to be left alone for
// longer than a person waits. `jitter` in [0, 1) spreads clients that failed together.
std::optional<Duration> pause_before_retry(const CompletionFailure& failure, int attempts, double jitter);

}  // namespace chela::runtime
