#include "kernel/gateway/route.hpp"

#include <algorithm>
#include <optional>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::gateway {
namespace {

bool is_parameter(std::string_view piece) { return piece.starts_with('{') && piece.ends_with('}'); }

// The parameters when `path` has the form of `pattern`.
std::optional<std::vector<PathParameter>> match(std::string_view pattern, std::string_view path) {
  std::vector<PathParameter> out;
  if (pattern.find('{') == std::string_view::npos) {
    if (pattern != path) return std::nullopt;
    return out;
  }
  auto wanted = split(pattern, '/');
  auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_parameter(wanted[i])) {
      if (given[i].empty()) return std::nullopt;
      out.push_back({std::string(wanted[i].substr(1, wanted[i].size() - 2)), std::string(given[i])});
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

std::string_view Request::parameter(std::string_view name) const {
  auto found = std::ranges::find(parameters, name, &PathParameter::name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->value);
}

void add_standing_headers(net::Headers& headers, std::string_view cors_origin) {
  constexpr net::HeaderField kStanding[] = {{"X-Content-Type-Options", "nosniff"},
                                            {"Referrer-Policy", "no-referrer"},
                                            {"X-Frame-Options", "DENY"},
                                            {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                                            {"Cross-Origin-Resource-Policy", "same-origin"}};
  for (auto field : kStanding) {
    if (!headers.find(field.name)) headers.add(field.name, field.value);
  }
  if (cors_origin.empty()) return;
  headers.set("Access-Control-Allow-Origin", cors_origin);
  headers.set("Vary", "Origin");
  headers.set("Cross-Origin-Resource-Policy", "cross-origin");
}

Result<void> Request::respond(net::HttpResponse response) {
  add_standing_headers(response.headers, cors_origin);
  return exchange.respond(std::move(response));
}

Result<void> Request::start_stream(int status, net::Headers headers) {
  add_standing_headers(headers, cors_origin);
  return exchange.start_stream(status, headers);
}

void RouteTable::add(Route route) {
  auto same = [&](const Route& other) { return other.method == route.method && other.path == route.path; };
  CHELA_ASSERT(std::ranges::none_of(routes_, same), "a route is added once");
  routes_.push_back(std::move(route));
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
  Match out;
  for (const auto& route : routes_) {
    auto parameters = match(route.path, path);
    if (!parameters) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      return {&route, std::move(*parameters), {}};
    }
    out.allowed_methods += (out.allowed_methods.empty() ? "" : ", ") + route.method;
  }
  return out;
}

}  // namespace chela::gateway
