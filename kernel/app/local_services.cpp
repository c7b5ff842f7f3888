#include "kernel/app/local_services.hpp"

#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/net/reachable.hpp"
#include "kernel/runtime/models/completion.hpp"

namespace chela::app {

Task<Result<void>> find_local_services(Loop& loop, plugins::PluginSet& plugins, runtime::ModelCatalog& models,
                                       log::Logger logger) {
  std::vector<runtime::Service> candidates;
  for (const auto* service : models.local_candidates()) candidates.push_back(*service);
  for (const auto& service : candidates) {
    auto url = net::parse_egress_url(service.base_url);
    if (!url) continue;
    // A look first: asking for models loads the provider and libcurl, which an idle gateway need not hold.
    auto reachable = co_await net::check_reachable(loop, url->host, url->port, std::chrono::milliseconds(300),
                                                   loop.shutdown_token());
    if (!reachable) continue;
    auto found = co_await runtime::list_models(loop, plugins, service, std::chrono::seconds(5), loop.shutdown_token());
    if (!found || found->empty()) {
      logger.info("{} answers at {} but offers no model{}", service.name, service.base_url,
                  found ? std::string() : ": " + found.error().message);
      continue;
    }
    logger.info("found {} at {} with {} models", service.name, service.base_url, found->size());
    models.add_local_models(service.id, std::move(*found));
  }
  co_return Result<void>{};
}

}  // namespace chela::app
