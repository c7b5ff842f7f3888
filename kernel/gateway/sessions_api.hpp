#pragma once

// /api/status and /api/sessions (docs/protocol.md).

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

void add_sessions_api(Service& service, Context& context);

}  // namespace chela::gateway
