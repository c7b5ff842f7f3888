#include "kernel/core/remote/remote_http_route.hpp"

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/http_route.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

// Pieces may be a quarter of a megabyte each, and as many as these may be on their way to a slow client.
constexpr std::uint32_t kCredit = 8;
constexpr std::size_t kBodyBytesMax = 11u << 20;  // in base64 it fits into a frame

class Ending : public CallEnd<chela_route_response> {
 public:
  using CallEnd::CallEnd;
  // True when the client is slow.
  bool take(std::string_view event);

 private:
  void head(const protocol::HttpRoutePiece& piece) const;
};

void Ending::head(const protocol::HttpRoutePiece& piece) const {
  const auto given = piece.headers.value_or(std::vector<protocol::HttpRouteHeader>());
  std::vector<chela_http_header> headers;
  headers.reserve(given.size());
  for (const auto& header : given) headers.push_back({to_abi(header.name), to_abi(header.value)});
  auto status = std::min<std::uint64_t>(piece.status.value_or(0), 1000);
  call()->head(call(), static_cast<std::uint32_t>(status), headers.data(), headers.size());
}

bool Ending::take(std::string_view event) {
  if (!call()) return false;  // what comes after nonsense
  auto piece = protocol::read_http_route_handle_event(event);
  if (!piece) {
    complete(CHELA_PROTOCOL, piece.error().message);
    return false;
  }
  if (piece->type == protocol::HttpRoutePieceType::head) {
    head(*piece);
    return false;
  }
  auto bytes = from_base64(piece->data.value_or(""));
  if (!bytes) {
    complete(CHELA_PROTOCOL, "httpRoute.handle event.data: not base64");
    return false;
  }
  return call()->write(call(), to_abi(*bytes)) == CHELA_EXHAUSTED;
}

Task<Result<void>> run(std::shared_ptr<HostProcess> process, protocol::HttpRouteHandleParams params,
                       std::unique_ptr<Ending> ending, OpenCall open) {
  rpc::CallOptions options{.timeout = std::chrono::milliseconds(params.timeout_ms.value_or(0)),
                           .cancel = open.token(),
                           .credit = kCredit,
                           .brake = open.brake()};
  options.on_event = [&ending, brake = open.brake()](std::string_view event) {
    if (ending->take(event)) brake->hold();
  };
  auto calling = process->peer().call(std::string(protocol::kHttpRouteHandle), to_json(params), std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    ending->complete(open.ending(std::move(answer.error())));
    co_return Result<void>();
  }
  auto result = protocol::read_http_route_handle_result(*answer);
  if (!result) {
    ending->complete(CHELA_PROTOCOL, result.error().message);
  } else {
    ending->complete(result->handled ? CHELA_OK : CHELA_NOT_FOUND, result->handled ? "" : "the plugin passes");
  }
  co_return Result<void>();
}

void add_client(protocol::HttpRouteHandleParams& params, chela_str client) {
  auto who = object_of(from_abi(client));
  params.remote_address = text_of(who, "address");
  params.principal = text_of(who, "principal");
  std::vector<std::string> scopes;
  for (const auto& scope : who.value("scopes", nlohmann::json::array())) {
    if (scope.is_string()) scopes.push_back(scope.get<std::string>());
  }
  params.scopes = std::move(scopes);
}

chela_status handle(const chela_plugin* plugin, const chela_route_request* request,
                    const chela_route_response* response, const chela_error_sink* error) {
  if (request->body.size > kBodyBytesMax) {
    error->set(error, to_abi("the request's body is too large for a plugin in another process"));
    return CHELA_TOO_LARGE;
  }
  auto& instance = RemoteInstance::of(plugin);
  protocol::HttpRouteHandleParams params{.plugin = instance.manifest().id,
                                         .key = instance.key_of("http_route", from_abi(request->route)),
                                         .method = std::string(from_abi(request->method)),
                                         .target = std::string(from_abi(request->target)),
                                         .timeout_ms = request->timeout_ms,
                                         .credit = kCredit};
  for (std::size_t i = 0; i < request->header_count; ++i) {
    const auto& header = request->headers[i];
    params.headers.push_back({std::string(from_abi(header.name)), std::string(from_abi(header.value))});
  }
  if (request->body.size > 0) params.body = to_base64(from_abi(request->body));
  add_client(params, request->client);
  instance.spawn(run(instance.process(), std::move(params), std::make_unique<Ending>(response),
                     instance.open_call(request->call_id)));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }
void resume(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).resume(call_id); }

}  // namespace

const chela_plugin_http_route kRemoteHttpRoute = {sizeof(chela_plugin_http_route), &handle, &cancel, &resume};

}  // namespace chela::remote
