#pragma once

// /ws: one client's connection, in raw or envelope mode (docs/protocol.md).

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

// `context` must outlive the server.
void add_socket(Service& service, Context& context);

}  // namespace chela::gateway
