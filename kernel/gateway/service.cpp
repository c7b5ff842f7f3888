#include "kernel/gateway/service.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

// For Allow: a path that takes GET takes HEAD.
std::string with_head(std::string methods) {
  if (auto get = methods.find("GET"); get != std::string::npos) methods.insert(get + 3, ", HEAD");
  return methods;
}

}  // namespace

// What admit() decided and handle() acts upon.
struct Service::Admitted {
  std::shared_ptr<const Route> route;
  std::vector<PathParameter> parameters;
  policy::Principal principal;
  std::string cors_origin;
};

Service::Service(log::Logger logger, policy::AccessControl& access) : logger_(std::move(logger)), access_(access) {}

// Another site's origin that the operator named; the access check has let it through by then.
std::string Service::cors_origin(const net::RequestHead& head) const {
  auto origin = head.headers.value_or("origin", "");
  const auto& allowed = access_.rules().allowed_origins;
  bool named = std::ranges::any_of(
      allowed, [&](const std::string& entry) { return entry == "*" || equal_ignoring_case(entry, origin); });
  return origin.empty() || !named ? std::string() : std::string(origin);
}

net::HttpResponse Service::preflight(const RouteTable::Match& match) const {
  net::HttpResponse response{.status = 204};
  auto methods = match.route ? match.route->method : match.allowed_methods;
  response.headers.add("Access-Control-Allow-Methods", methods + ", OPTIONS");
  response.headers.add("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Chela-Session-Id");
  response.headers.add("Access-Control-Max-Age", "3600");
  return response;
}

net::Admission Service::admit(const net::RequestHead& head) {
  auto match = routes_.find(head.method, head.path);
  auto style = head.path.starts_with("/v1/") ? ErrorStyle::openai : ErrorStyle::chela;
  auto origin = cors_origin(head);
  auto refuse = [&](net::HttpResponse response) {
    add_standing_headers(response.headers, origin);
    net::Admission out;
    out.refusal = std::move(response);
    return out;
  };
  if (head.method == "OPTIONS" && !match.allowed_methods.empty() && !origin.empty()) return refuse(preflight(match));

  std::shared_ptr<const Route> route(std::shared_ptr<void>(), match.route);  // one of the table's
  if (!route && match.allowed_methods.empty() && guests_) route = guests_(head);
  // Who may not be here learns nothing of which routes there are.
  auto access = route ? route->policy.access() : policy::RouteAccess::operator_read;
  auto principal = access_.check(head, access);
  if (!principal) {
    auto& refusal = principal.error();
    auto response = error_reply({refusal.code, refusal.message}, style);
    if (refusal.retry_after > Duration::zero()) add_retry_after(response.headers, refusal.retry_after);
    return refuse(std::move(response));
  }
  if (!route && !match.allowed_methods.empty()) {
    auto response = error_reply({ErrorCode::invalid_argument, "this path takes " + match.allowed_methods}, style);
    response.status = 405;
    response.headers.add("Allow", with_head(match.allowed_methods));
    return refuse(std::move(response));
  }
  if (!route) {
    return refuse(
        error_reply({ErrorCode::not_found, "nothing is served at " + head.path + "; the web page is at /chat"}, style));
  }
  if (route->per_client && !route->per_client->take(principal->key)) {
    return refuse(too_fast_reply(route->per_client->wait(principal->key), style));
  }
  net::Admission out;
  out.body_size_max = std::min(route->policy.body_bytes_max(), body_bytes_max_);
  out.context = std::make_shared<Admitted>(std::move(route), std::move(match.parameters), std::move(*principal),
                                           std::move(origin));
  return out;
}

Task<Result<void>> Service::handle(net::HttpExchange& exchange) {
  const auto& admitted = *exchange.context<Admitted>();
  Request request{exchange, admitted.principal, admitted.parameters, admitted.cors_origin};
  auto answered = co_await admitted.route->handler(request);
  if (answered) co_return Result<void>{};
  auto error = std::move(answered.error());
  if (error.code == ErrorCode::internal)
    logger_.error("{} {}: {}", request.http().method, request.http().path, error.message);
  if (exchange.answered() && admitted.route->cut_when_it_fails) co_return std::unexpected(std::move(error));
  if (!exchange.answered()) (void)request.respond(error_reply(error, admitted.route->errors));
  co_return Result<void>{};
}

}  // namespace chela::gateway
