#pragma once

// The routes of the gateway. Each carries its policy; one without does not compile. Loop thread only.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/net/http_exchange.hpp"
#include "kernel/core/policy/principal.hpp"
#include "kernel/core/policy/route_policy.hpp"
#include "kernel/gateway/rate_limit.hpp"

namespace chela::gateway {

// The value of a `{name}` in a route's path.
struct PathParameter {
  std::string name;
  std::string value;
};

// An admitted request. Lives as long as the exchange.
struct Request {
  net::HttpExchange& exchange;
  policy::Principal principal;
  std::vector<PathParameter> parameters;

  std::string cors_origin = {};  // the other site's origin, when it may read the answer

  const net::HttpRequest& http() const { return exchange.request(); }
  // The exchange's respond() and start_stream(), with the headers that every answer has.
  Result<void> respond(net::HttpResponse response);
  Result<void> start_stream(int status, net::Headers headers);
  std::string_view parameter(std::string_view name) const;
};

// What every answer says to browsers: sniff nothing, frame nothing, tell nobody; and whether another site may read it.
void add_standing_headers(net::Headers& headers, std::string_view cors_origin);

using Handler = std::function<Task<Result<void>>(Request)>;

// In which form errors are written.
enum class ErrorStyle { chela, openai };

struct Route {
  std::string method;
  std::string path;  // "/api/sessions/{id}"
  policy::RoutePolicy policy;
  std::string summary;  // one sentence, for the route list
  Handler handler;
  ErrorStyle errors = ErrorStyle::chela;
  RateLimit* per_client = nullptr;  // requests of one address; null: as many as it likes
  bool cut_when_it_fails = false;   // an error after the head ends the connection instead of the answer
};

class RouteTable {
 public:
  struct Match {
    const Route* route = nullptr;  // null when no route has the path and method
    std::vector<PathParameter> parameters;
    std::string allowed_methods;  // of the path, when only the method does not fit: "GET, POST"
  };

  // A second route of the same method and path is a broken invariant.
  void add(Route route);
  // HEAD finds the GET route.
  Match find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& list() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace chela::gateway
