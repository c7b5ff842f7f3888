#include "kernel/gateway/plugin_routes.hpp"

#include <algorithm>
#include <tuple>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"
#include "kernel/gateway/plugin_route_headers.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/capabilities/route_call.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPathBytesMax = 512;

std::string_view without_last_slash(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// "/api/status" → "api"
std::string first_segment(std::string_view path) { return to_lower(path.substr(1, path.find('/', 1) - 1)); }

bool is_path(std::string_view path) {
  auto is_odd = [](char c) { return net::is_control(c) || c == '?' || c == '#' || c == ' '; };
  return path.starts_with('/') && path.size() <= kPathBytesMax && std::ranges::none_of(path, is_odd);
}

bool takes(const PluginRoute& route, std::string_view path) {
  std::string_view own = route.path;
  if (path == own || (route.prefix && own == "/")) return true;
  return route.prefix && path.size() > own.size() && path.starts_with(own) && path[own.size()] == '/';
}

bool comes_before(const std::shared_ptr<const PluginRoute>& a, const std::shared_ptr<const PluginRoute>& b) {
  auto rank = [](const PluginRoute& route) {
    return std::tuple(route.fallback, route.prefix, kPathBytesMax - route.path.size(), std::string_view(route.path),
                      std::string_view(route.plugin_id), std::string_view(route.name));
  };
  return rank(*a) < rank(*b);
}

// Of the token's holder; whoever the plugin checks itself is nobody to the gateway.
std::string client_of(const Request& request, bool needs_token) {
  Json client = {{"address", request.principal.address}};
  if (needs_token) {
    client["principal"] = "operator";
    client["scopes"] = {"operator.read", "operator.write"};
  }
  return json_text(client);
}

Error named(const PluginRoute& route, const Error& error) {
  return {error.code, fmt::format("plugin {}: {}", route.plugin_id, error.message)};
}

// Hands the body on as fast as the client takes it.
Task<Result<void>> pass_on(Loop& loop, runtime::RouteCall& call, net::HttpExchange& exchange, Duration silence_max,
                           TimePoint end) {
  while (true) {
    auto waiting = call.next(std::min(end, loop.now() + silence_max), exchange.cancel_token());
    auto piece = co_await std::move(waiting);
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (!*piece) break;
    auto state = exchange.write(**piece);
    if (state != net::WriteState::over_limit) continue;
    auto draining = exchange.drained(exchange.cancel_token());
    auto drained = co_await std::move(draining);
    if (!drained) co_return drained;
  }
  exchange.finish();
  co_return Result<void>{};
}

struct Counted {
  std::size_t& running;
  explicit Counted(std::size_t& count) : running(count) { ++running; }
  ~Counted() { --running; }
};

}  // namespace

PluginRoutes::PluginRoutes(Service& service, Context& context, PluginRouteLimits limits)
    : service_(service),
      context_(context),
      limits_(limits),
      requests_per_client_(limits.requests_per_minute_max, context.loop.clock()) {
  for (const auto& route : service_.routes().list()) own_segments_.push_back(first_segment(route.path));
  read_registry();
}

void PluginRoutes::read_registry() {
  routes_.clear();
  for (const auto* capability : context_.plugins.registry().list("http_route")) {
    const Json& descriptor = *capability->descriptor;
    auto several = descriptor.find("routes");
    if (several == descriptor.end() || !several->is_array()) {
      add(*capability, descriptor, capability->id);
      continue;
    }
    for (const auto& one : *several) {
      if (one.is_object()) add(*capability, one, text_of(one, "path"));
    }
  }
  std::ranges::sort(routes_, comes_before);
}

void PluginRoutes::add(const plugins::Capability& capability, const Json& descriptor, std::string name) {
  auto path = text_of(descriptor, "path");
  auto auth = text_of(descriptor, "auth");
  if (!is_path(path) || (auth != "gateway" && auth != "plugin")) {
    context_.logger.warning("plugin {}: its route {} has no path, or no auth that is `gateway` or `plugin`",
                            capability.plugin_id, capability.id);
    return;
  }
  auto fallback = descriptor.find("fallback");
  PluginRoute route{.plugin_id = capability.plugin_id,
                    .name = std::move(name),
                    .path = std::string(without_last_slash(path)),
                    .prefix = text_of(descriptor, "match") == "prefix",
                    .needs_token = auth == "gateway",
                    .fallback = fallback != descriptor.end() && *fallback == true};
  routes_.push_back(std::make_shared<const PluginRoute>(std::move(route)));
}

bool PluginRoutes::needs_token(const PluginRoute& route, std::string_view path) const {
  return route.needs_token || std::ranges::find(own_segments_, first_segment(path)) != own_segments_.end();
}

PluginRoutes::Candidates PluginRoutes::candidates(std::string_view path) const {
  Candidates out;
  for (const auto& route : routes_) {
    if (takes(*route, path) && (out.empty() || route->fallback)) out.push_back(route);
  }
  return out;
}

std::shared_ptr<const Route> PluginRoutes::find(const net::RequestHead& head) {
  if (routes_.empty() || !head.path.starts_with('/')) return nullptr;
  auto found = candidates(without_last_slash(head.path));
  // WebSockets of plugins are not served: a handshake is no request for them.
  if (found.empty() || head.headers.has_token("upgrade", "websocket")) return nullptr;
  // Fallbacks are open to all; behind a route with the token there are none.
  bool token = needs_token(*found.front(), head.path);
  if (token) found.resize(1);
  auto route = std::make_shared<Route>(Route{
      .method = head.method,
      .path = head.path,
      .policy = {token ? policy::RouteAccess::operator_write : policy::RouteAccess::open, limits_.body_bytes_max},
      .summary = {},
      .handler = [this, found = std::move(found)](Request request) { return answer(found, std::move(request)); }});
  route->per_client = token ? nullptr : &requests_per_client_;
  route->cut_when_it_fails = true;
  return route;
}

Task<Result<void>> PluginRoutes::answer(Candidates candidates, Request request) {
  if (running_ >= limits_.running_max) {
    co_return fail(ErrorCode::unavailable, "plugins answer {} requests at the moment; try again soon", running_);
  }
  Counted counted(running_);
  for (const auto& route : candidates) {
    bool passed = false;
    auto answering = answer_by(route, request, passed);
    auto answered = co_await std::move(answering);
    if (!passed) co_return answered;
  }
  co_return fail(ErrorCode::not_found, "nothing is served at {}", request.http().path);
}

Task<Result<void>> PluginRoutes::answer_by(std::shared_ptr<const PluginRoute> route, Request& request, bool& passed) {
  auto& loop = context_.loop;
  auto& exchange = request.exchange;
  auto activating = context_.plugins.activate(route->plugin_id);
  auto instance = co_await std::move(activating);
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  bool token = needs_token(*route, request.http().path);
  auto end = loop.now() + limits_.answer_max;
  const auto& rules = context_.access.rules();
  runtime::RouteInput input{.method = request.http().method,
                            .route = route->name,
                            .target = target_for_plugin(request.http(), token || rules.allow_query_token),
                            .headers = headers_for_plugin(request.http(), token, rules.token),
                            .body = request.http().body,
                            .client = client_of(request, token),
                            .timeout = limits_.answer_max,
                            .leftover = context_.plugins.leftover_call(route->plugin_id, runtime::next_call_id())};
  auto call = runtime::RouteCall::start(loop, std::move(*instance), std::move(input));
  if (!call) co_return std::unexpected(std::move(call.error()));
  auto waiting = (*call)->head(loop.now() + limits_.head_max, exchange.cancel_token());
  auto head = co_await std::move(waiting);
  if (exchange.cancel_token().cancelled()) co_return Result<void>{};  // nobody waits any more
  if (!head) {
    passed = head.error().code == ErrorCode::not_found;
    co_return std::unexpected(named(*route, head.error()));
  }
  auto headers = headers_from_plugin(*head, token);
  if (!headers) co_return std::unexpected(named(*route, headers.error()));
  CHELA_CO_CHECK(request.start_stream(head->status, std::move(*headers)));
  auto passing = pass_on(loop, **call, exchange, limits_.silence_max, end);
  auto whole = co_await std::move(passing);
  if (whole || exchange.cancel_token().cancelled()) co_return Result<void>{};
  co_return std::unexpected(named(*route, whole.error()));
}

Json PluginRoutes::report() const {
  Json out = Json::array();
  for (const auto& route : routes_) {
    Json one = {{"path", route->path},
                {"plugin", route->plugin_id},
                {"match", route->prefix ? "prefix" : "exact"},
                {"auth", needs_token(*route, route->path) ? "gateway" : "plugin"}};
    if (route->fallback) one["fallback"] = true;
    auto own = service_.routes().find("GET", route->path);
    auto first = candidates(route->path).front();
    if (!route->prefix && (own.route || !own.allowed_methods.empty())) {
      one["unreachable"] = "the gateway answers this path itself";
    } else if (first != route && !route->fallback && first->path == route->path && first->prefix == route->prefix) {
      one["unreachable"] = "plugin " + first->plugin_id + " has the same route";
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::shared_ptr<PluginRoutes> add_plugin_routes(Service& service, Context& context, PluginRouteLimits limits) {
  auto routes = std::make_shared<PluginRoutes>(service, context, limits);
  context.plugins.on_change([weak = std::weak_ptr(routes)] {
    if (auto alive = weak.lock()) alive->read_registry();
  });
  service.set_guests([routes](const net::RequestHead& head) { return routes->find(head); });
  context.plugin_routes = routes;
  return routes;
}

}  // namespace chela::gateway
