#pragma once

// Whether something listens at a TCP address: a look before libcurl is loaded for it. Loop thread only.

#include <cstdint>
#include <string>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela::net {

// Connects to a numeric address and closes again. Errors: invalid_argument, unavailable, timed_out, cancelled.
Task<Result<void>> check_reachable(Loop& loop, std::string ip, std::uint16_t port, Duration timeout,
                                   CancelToken cancel);

}  // namespace chela::net
