#pragma once

// /ws: one client's connection, in raw or envelope mode (docs/protocol.md).

#include <memory>
#include <string_view>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/service.hpp"

namespace chela::gateway {

// The clients that are connected.
class SocketClients {
 public:
  virtual ~SocketClients() = default;
  // Ends every connection with 1008, as when what its client has shown counts no more.
  virtual void close_all(std::string_view reason) = 0;
  // To every client that speaks in envelopes.
  virtual void tell_all(std::string_view event) = 0;
};

// `context` must outlive the server.
std::shared_ptr<SocketClients> add_socket(Service& service, Context& context);

}  // namespace chela::gateway
