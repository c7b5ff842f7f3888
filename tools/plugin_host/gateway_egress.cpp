#include "tools/plugin_host/gateway_egress.hpp"

#include <utility>

#include "kernel/core/base/text.hpp"
#include "kernel/core/protocol/http.hpp"

namespace chela::plugin_host {
namespace {

constexpr std::uint32_t kCredit = 64;
constexpr std::size_t kTransfersMax = 512;  // calls of other kinds need room, too
constexpr std::size_t kBodyBytesMax = 11u << 20;  // in base64 it fits into a frame
constexpr Duration kGrace = std::chrono::seconds(5);  // the gateway answers for its deadlines itself

std::uint64_t milliseconds(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

protocol::HttpSendParams to_params(net::EgressRequest request) {
  protocol::HttpSendParams params;
  params.plugin = std::move(request.caller);
  params.method = std::move(request.method);
  params.url = std::move(request.url);
  for (auto field : request.headers) {
    if (!params.headers) params.headers.emplace();
    params.headers->push_back({std::string(field.name), std::string(field.value)});
  }
  if (!request.body.empty()) params.body = to_base64(request.body);
  if (!request.proxy.empty()) params.proxy = std::move(request.proxy);
  params.connect_timeout_ms = milliseconds(request.connect_timeout);
  params.first_byte_timeout_ms = milliseconds(request.first_byte_timeout);
  params.idle_timeout_ms = milliseconds(request.idle_timeout);
  params.total_timeout_ms = milliseconds(request.total_timeout);
  params.response_bytes_max = request.response_bytes_max;
  params.credit = kCredit;
  return params;
}

}  // namespace

struct GatewayEgress::Transfer {
  net::EgressId id = 0;
  net::EgressListener* listener = nullptr;  // null once it is done
  CancelSource cancel;
  Duration timeout{};
  Error broken;  // what was wrong with an event; empty message when nothing was

  void on_event(std::string_view event) {
    if (!listener || !broken.message.empty()) return;
    auto piece = protocol::read_http_send_event(event);
    if (!piece) return give_up(std::move(piece.error()));
    if (piece->type == protocol::HttpPieceType::head) return on_head(*piece);
    auto bytes = from_base64(piece->data.value_or(""));
    if (!bytes) return give_up({ErrorCode::protocol, "http.send event.data: not base64"});
    listener->on_body(*bytes);
  }
  void on_head(const protocol::HttpPiece& piece) {
    net::Headers headers;
    if (piece.headers) {
      for (const auto& field : *piece.headers) headers.add(field.name, field.value);
    }
    listener->on_head(static_cast<int>(piece.status.value_or(0)), headers);
  }
  void give_up(Error error) {
    broken = std::move(error);
    cancel.cancel();
  }
};

Result<net::EgressId> GatewayEgress::send(net::EgressRequest request, net::EgressListener& listener) {
  if (transfers_.size() >= kTransfersMax) return fail(ErrorCode::exhausted, "{} requests are open", transfers_.size());
  if (request.body.size() > kBodyBytesMax) {
    return fail(ErrorCode::too_large, "the body has {} bytes, {} can be sent from a host process", request.body.size(),
                kBodyBytesMax);
  }
  auto transfer = std::make_shared<Transfer>();
  transfer->id = ++last_id_;
  transfer->listener = &listener;
  transfer->timeout = request.total_timeout == Duration::zero() ? Duration::max() : request.total_timeout + kGrace;
  transfers_.emplace(transfer->id, transfer);
  auto params = to_json(to_params(std::move(request)));
  // Callbacks never come from inside send(), not even when the connection is closed.
  loop_.post([this, transfer, params = std::move(params)]() mutable {
    if (transfer->listener) loop_.spawn("http.send", run(*this, transfer, std::move(params)));
  });
  return transfer->id;
}

Task<Result<void>> GatewayEgress::run(GatewayEgress& self, std::shared_ptr<Transfer> transfer, std::string params) {
  rpc::CallOptions options{.timeout = transfer->timeout,
                           .cancel = transfer->cancel.token(),
                           .on_event = [transfer](std::string_view event) { transfer->on_event(event); },
                           .credit = kCredit};
  auto method = std::string(protocol::kHttpSend);
  auto answer = co_await self.peer_.call(std::move(method), std::move(params), std::move(options));
  if (!transfer->broken.message.empty()) answer = std::unexpected(transfer->broken);
  if (answer) {
    self.finish(*transfer, {});
  } else {
    self.finish(*transfer, std::unexpected(std::move(answer.error())));
  }
  co_return Result<void>{};
}

void GatewayEgress::finish(Transfer& transfer, Result<void> result) {
  auto* listener = std::exchange(transfer.listener, nullptr);
  if (!listener) return;
  transfers_.erase(transfer.id);
  listener->on_done(std::move(result));
}

void GatewayEgress::cancel(net::EgressId id) {
  auto found = transfers_.find(id);
  if (found == transfers_.end()) return;
  auto transfer = found->second;
  finish(*transfer, fail(ErrorCode::cancelled, "cancelled"));
  transfer->cancel.cancel();
}

}  // namespace chela::plugin_host
