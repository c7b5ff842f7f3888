#include "tools/plugin_host/route_calls.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/protocol/http_route.hpp"
#include "kernel/runtime/capabilities/route_call.hpp"
#include "tools/plugin_host/stop_either.hpp"

namespace chela::plugin_host {
namespace {

constexpr std::size_t kPieceBytesMax = 256 * 1024;

std::string client_of(const protocol::HttpRouteHandleParams& params) {
  nlohmann::json client = {{"address", params.remote_address.value_or("")}};
  if (!params.principal.value_or("").empty()) {
    client["principal"] = *params.principal;
    client["scopes"] = params.scopes.value_or(std::vector<std::string>());
  }
  return json_text(client);
}

Result<runtime::RouteInput> input_of(protocol::HttpRouteHandleParams params, const HostedPlugin& plugin) {
  auto body = from_base64(params.body.value_or(""));
  if (!body) return fail(ErrorCode::invalid_argument, "httpRoute.handle params.body: not base64");
  runtime::RouteInput input{.method = std::move(params.method),
                            .route = params.key,
                            .target = std::move(params.target),
                            .headers = {},
                            .body = std::move(*body),
                            .client = client_of(params),
                            .timeout = timeout_of(params.timeout_ms),
                            .leftover = plugin.next_call()};
  for (auto& header : params.headers) input.headers.emplace_back(to_lower(header.name), std::move(header.value));
  return input;
}

std::string to_event(runtime::RouteHead head) {
  protocol::HttpRoutePiece piece{.type = protocol::HttpRoutePieceType::head};
  piece.status = static_cast<std::uint64_t>(head.status);
  auto& headers = piece.headers.emplace();
  for (auto& [name, value] : head.headers) headers.push_back({std::move(name), repair_utf8(value)});
  return to_json(piece);
}

// The answer as events, as fast as the gateway takes them.
Task<Result<void>> pass_on(runtime::RouteCall& call, rpc::Request& request, TimePoint end, CancelToken stop) {
  auto waiting = call.head(end, stop);
  auto head = co_await std::move(waiting);
  if (!head) co_return std::unexpected(std::move(head.error()));
  auto sending = request.send_event(to_event(std::move(*head)));
  CHELA_CO_CHECK(co_await std::move(sending));
  while (true) {
    auto next = call.next(end, stop);
    auto piece = co_await std::move(next);
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (!*piece) co_return Result<void>{};
    for (std::string_view rest = **piece; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kPieceBytesMax))) {
      protocol::HttpRoutePiece event{.type = protocol::HttpRoutePieceType::body,
                                     .data = to_base64(rest.substr(0, kPieceBytesMax))};
      auto passing = request.send_event(to_json(event));
      CHELA_CO_CHECK(co_await std::move(passing));
    }
  }
}

}  // namespace

Task<Result<void>> handle_route(Loop& loop, std::shared_ptr<HostedPlugin> plugin, rpc::Request request) {
  auto params = protocol::read_http_route_handle_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>{};
  }
  auto end = loop.now() + timeout_of(params->timeout_ms);
  auto input = input_of(std::move(*params), *plugin);
  if (!input) {
    request.fail(input.error());
    co_return Result<void>{};
  }
  auto call = runtime::RouteCall::start(loop, plugin->instance(), std::move(*input));
  if (!call) {
    request.fail(call.error());
    co_return Result<void>{};
  }
  StopEither stop(request.cancelled(), plugin->stopping());
  auto passing = pass_on(**call, request, end, stop.token());
  auto passed = co_await std::move(passing);
  if (passed) {
    request.answer(to_json(protocol::HttpRouteHandleResult{.handled = true}));
  } else if (passed.error().code == ErrorCode::not_found) {
    request.answer(to_json(protocol::HttpRouteHandleResult{.handled = false}));
  } else {
    request.fail(passed.error());
  }
  co_return Result<void>{};
}

}  // namespace chela::plugin_host
