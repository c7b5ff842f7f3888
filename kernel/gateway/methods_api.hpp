#pragma once

// /api/methods/{name} and /api/commands.

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/methods.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

void add_methods_api(Service& service, Context& context, MethodTable& methods);

}  // namespace chela::gateway
