#include "kernel/core/net/http_server.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <algorithm>
#include <map>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/random.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/net/connection_group.hpp"
#include "kernel/core/net/http_protocol.hpp"
#include "kernel/core/platform/descriptors.hpp"

namespace chela::net {
namespace {

constexpr int kBacklog = 511;
// Connections that are told 503; beyond, they are closed without a word so that refusing stays cheap.
constexpr std::size_t kRefusedMax = 64;
constexpr std::size_t kDescriptorReserve = 64;  // for the database, files, children and upstream connections

std::size_t connections_possible() {
  auto limit = platform::descriptor_limit();
  return limit > 2 * kDescriptorReserve ? limit - kDescriptorReserve : limit / 2;
}

Result<sockaddr_storage> parse_address(const ListenOptions& options) {
  sockaddr_storage storage{};
  if (uv_ip4_addr(options.address.c_str(), options.port, reinterpret_cast<sockaddr_in*>(&storage)) == 0) return storage;
  if (uv_ip6_addr(options.address.c_str(), options.port, reinterpret_cast<sockaddr_in6*>(&storage)) == 0)
    return storage;
  return fail(ErrorCode::invalid_argument,
              "listening on \"{}\": this is no IP address; use 127.0.0.1 for this machine only, 0.0.0.0 or :: for all",
              options.address);
}

std::unexpected<Error> fail_listen(const ListenOptions& options, int status) {
  auto where = fmt::format("listening on {} port {}", options.address, options.port);
  switch (status) {
    case UV_EADDRINUSE:
      return fail(ErrorCode::already_exists,
                  "{}: the port is taken; stop the program that uses it or choose another port", where);
    case UV_EACCES:
      return fail(ErrorCode::denied, "{}: the system reserves this port; choose one above 1023", where);
    case UV_EADDRNOTAVAIL:
      return fail(ErrorCode::invalid_argument,
                  "{}: this machine has no such address; see `ip address` for those it has", where);
    default:
      return fail(ErrorCode::unavailable, "{}: {}", where, uv_strerror(status));
  }
}

}  // namespace

class HttpServer::State {
 public:
  State(Loop& loop, HttpService& service, const ServerLimits& server_limits)
      : limits(server_limits),
        context{.loop = loop, .service = service, .limits = limits},
        group(loop, limits.transport) {
    context.id_prefix = random_hex(6);
    group.on_closed([this](const Connection& connection) { forget(connection); });
  }
  ~State() { stop_listening(); }

  Result<void> listen(const ListenOptions& options);
  void stop_listening();
  void on_connection();
  void forget(const Connection& connection);

  ServerLimits limits;
  HttpProtocolContext context;
  std::map<std::array<std::uint8_t, 16>, std::size_t> connections_by_ip;
  uv_tcp_t* listener = nullptr;  // freed by its close callback
  std::uint16_t port = 0;
  std::shared_ptr<Completion<Result<void>>> emptied;  // while draining
  ConnectionGroup group;                              // last: closing its connections uses the rest
};

Result<void> HttpServer::State::listen(const ListenOptions& options) {
  CHELA_ASSERT(!listener, "a server listens once");
  CHELA_TRY(sockaddr_storage address, parse_address(options));
  listener = new uv_tcp_t;
  uv_tcp_init(context.loop.uv(), listener);
  listener->data = this;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  int status = uv_tcp_bind(listener, generic, 0);
  if (status == 0) {
    status = uv_listen(reinterpret_cast<uv_stream_t*>(listener), kBacklog, [](uv_stream_t* stream, int error) {
      if (error == 0) static_cast<State*>(stream->data)->on_connection();
    });
  }
  int size = sizeof address;
  if (status == 0) status = uv_tcp_getsockname(listener, generic, &size);
  if (status != 0) {
    stop_listening();
    return fail_listen(options, status);
  }
  port = PeerAddress::from(*generic).port;
  limits.connections_max = std::min(limits.connections_max, connections_possible());
  return {};
}

void HttpServer::State::stop_listening() {
  if (!listener) return;
  uv_close(reinterpret_cast<uv_handle_t*>(std::exchange(listener, nullptr)),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
}

void HttpServer::State::on_connection() {
  auto accepted = group.accept(reinterpret_cast<uv_stream_t*>(listener));
  if (!accepted) return;  // the peer left before we looked
  Connection& connection = **accepted;
  ++context.counters.accepted;
  auto protocol = std::make_unique<HttpProtocol>(connection, context);
  auto& opened = *protocol;
  connection.set_protocol(std::move(protocol));
  std::size_t of_ip = ++connections_by_ip[connection.peer().ip];
  bool too_many = group.size() > limits.connections_max;
  if (!too_many && of_ip <= limits.connections_per_ip_max) return;
  ++context.counters.refused;
  std::size_t excess = too_many ? group.size() - limits.connections_max : of_ip - limits.connections_per_ip_max;
  if (excess > kRefusedMax) return connection.abort({ErrorCode::exhausted, "there are too many connections"});
  opened.refuse({503, too_many ? "there are too many connections; try again later"
                               : "there are too many connections from this address; close some or try again later"});
}

void HttpServer::State::forget(const Connection& connection) {
  auto found = connections_by_ip.find(connection.peer().ip);
  if (--found->second == 0) connections_by_ip.erase(found);
  if (group.size() > 0 || !emptied) return;
  // Not from here: whoever waits may destroy the server, and this runs inside a connection.
  context.loop.post([done = emptied] { done->set({}); });
}

HttpServer::HttpServer(Loop& loop, HttpService& service, const ServerLimits& limits)
    : state_(std::make_unique<State>(loop, service, limits)) {}

HttpServer::~HttpServer() = default;

Result<void> HttpServer::listen(const ListenOptions& options) {
  return state_->listen(options);
}

std::uint16_t HttpServer::port() const {
  return state_->port;
}

Task<Result<void>> HttpServer::drain(TimePoint deadline) {
  state_->context.draining = true;
  state_->stop_listening();
  state_->group.shut_down();
  if (state_->group.size() == 0) co_return Result<void>{};
  auto done = std::make_shared<Completion<Result<void>>>();
  state_->emptied = done;
  auto result = co_await wait_for(state_->context.loop, *done, deadline, CancelToken());
  state_->emptied = nullptr;
  if (result) co_return Result<void>{};
  std::size_t left = state_->group.size();
  state_->group.close_all({ErrorCode::timed_out, "the server stopped"});
  co_return fail(ErrorCode::timed_out, "stopping the HTTP server: {} connections were still busy and are cut", left);
}

HttpServer::Counters HttpServer::counters() const {
  auto counters = state_->context.counters;
  counters.connections = state_->group.size();
  return counters;
}

}  // namespace chela::net
