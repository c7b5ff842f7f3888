#pragma once

// Stands between the HTTP server and the routes: decides who may do what, keeps the budgets, writes errors and the
// headers that every answer has. Loop thread only.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/net/http_service.hpp"
#include "kernel/core/policy/access.hpp"
#include "kernel/gateway/route.hpp"

namespace chela::gateway {

class Service final : public net::HttpService {
 public:
  Service(log::Logger logger, policy::AccessControl& access);

  void add(Route route) { routes_.add(std::move(route)); }
  const RouteTable& routes() const { return routes_; }
  // Asked for the requests whose path none of the routes has; a null answer means that nothing is served there.
  using Guests = std::function<std::shared_ptr<const Route>(const net::RequestHead& head)>;
  void set_guests(Guests guests) { guests_ = std::move(guests); }
  // Above it no route takes a body, whatever its own bound.
  void set_body_bytes_max(std::uint64_t bytes) { body_bytes_max_ = bytes; }

  net::Admission admit(const net::RequestHead& head) override;
  Task<Result<void>> handle(net::HttpExchange& exchange) override;

 private:
  struct Admitted;
  net::HttpResponse preflight(const RouteTable::Match& match) const;
  std::string cors_origin(const net::RequestHead& head) const;

  log::Logger logger_;
  policy::AccessControl& access_;
  RouteTable routes_;
  Guests guests_;
  std::uint64_t body_bytes_max_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace chela::gateway
