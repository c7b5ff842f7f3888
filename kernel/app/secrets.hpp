#pragma once

// Which secrets an outgoing request may carry: the key of a model service, to that service, and nothing else.

#include <functional>
#include <memory>

#include "kernel/core/config/secrets.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/runtime/models/catalog.hpp"

namespace chela::app {

// Resolves the names that ModelCatalog gives services ("env:NAME", "config:/json/pointer"), for requests to a host that
// a service with that very secret has. Errors: `denied` for any other, or those of the resolver.
class ServiceSecrets {
 public:
  ServiceSecrets(const config::SecretResolver& resolver, std::function<const config::Snapshot&()> config,
                 std::function<const runtime::ModelCatalog*()> models)
      : resolver_(resolver), config_(std::move(config)), models_(std::move(models)) {}

  Result<std::string> resolve(const net::SecretUse& use) const;

 private:
  const config::SecretResolver& resolver_;
  std::function<const config::Snapshot&()> config_;
  std::function<const runtime::ModelCatalog*()> models_;  // null before the catalog is made
};

}  // namespace chela::app
