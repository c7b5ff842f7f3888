#pragma once

// The secrets of the configuration: which of them name nothing, and which an outgoing request may carry.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/core/config/secrets.hpp"
#include "kernel/core/config/snapshot.hpp"
#include "kernel/core/config/spec.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/runtime/models/catalog.hpp"

namespace chela::app {

// Resolves what a configuration refers to. Told of every value: `sink`.
config::SecretResolver secret_resolver(const config::Environment& environment, const config::Snapshot& config,
                                       config::SecretResolver::Sink sink);

// The references to secrets that cannot be resolved, each with its path and the reason. What is switched off by
// `enabled: false` is not looked at, nor are those of skills.
std::vector<std::string> unresolved_secrets(const config::ConfigSpec& spec, const config::Snapshot& config,
                                            const config::SecretResolver& resolver);

// An outgoing request may carry the key of a model service, to that service, and nothing else.
//
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
