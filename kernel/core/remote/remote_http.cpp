#include "kernel/core/remote/remote_http.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chela/ext/http.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/http.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kPieceBytesMax = 256 * 1024;

// One request on its way out. What comes back waits here until the host process grants credit for it; it is no more
// than the request's own limit on its response.
class Relay {
 public:
  Relay(const chela_host* host, const chela_host_http& http)
      : host_(host), http_(http), listener_{sizeof(chela_http_listener), this, &on_head, &on_body, &on_done} {}
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay() {
    if (id_ != 0) http_.cancel(host_, id_);
  }

  Result<void> send(const protocol::HttpSendParams& params);
  Task<Result<void>> pump(rpc::Request request);

 private:
  static Relay& of(const chela_http_listener* listener) { return *static_cast<Relay*>(listener->context); }
  static void on_head(const chela_http_listener* listener, uint32_t status, const chela_http_header* headers,
                      size_t count);
  static void on_body(const chela_http_listener* listener, chela_str bytes);
  static void on_done(const chela_http_listener* listener, chela_status status, chela_str error);

  void wake() {
    if (auto* waiting = std::exchange(waiting_, nullptr)) waiting->set(true);
  }

  const chela_host* host_;
  const chela_host_http& http_;
  chela_http_listener listener_;
  std::uint64_t id_ = 0;
  std::deque<std::string> events_;
  std::optional<Result<void>> end_;
  Completion<bool>* waiting_ = nullptr;
};

void Relay::on_head(const chela_http_listener* listener, uint32_t status, const chela_http_header* headers,
                    size_t count) {
  protocol::HttpPiece piece{.type = protocol::HttpPieceType::head, .status = status};
  std::vector<protocol::HttpHeader> fields;
  for (size_t i = 0; i < count; ++i) {
    fields.push_back({std::string(from_abi(headers[i].name)), std::string(from_abi(headers[i].value))});
  }
  piece.headers = std::move(fields);
  of(listener).events_.push_back(to_json(piece));
  of(listener).wake();
}

void Relay::on_body(const chela_http_listener* listener, chela_str bytes) {
  auto rest = from_abi(bytes);
  while (!rest.empty()) {
    protocol::HttpPiece piece{.type = protocol::HttpPieceType::body, .data = to_base64(rest.substr(0, kPieceBytesMax))};
    of(listener).events_.push_back(to_json(piece));
    rest.remove_prefix(std::min(rest.size(), kPieceBytesMax));
  }
  of(listener).wake();
}

void Relay::on_done(const chela_http_listener* listener, chela_status status, chela_str error) {
  auto& self = of(listener);
  self.id_ = 0;
  self.end_.emplace();
  if (status != CHELA_OK) *self.end_ = fail(plugins::to_error_code(status), "{}", from_abi(error));
  self.wake();
}

Result<void> Relay::send(const protocol::HttpSendParams& params) {
  std::vector<chela_http_header> headers;
  const auto& given = params.headers.value_or(std::vector<protocol::HttpHeader>());
  for (const auto& field : given) headers.push_back({to_abi(field.name), to_abi(field.value)});
  auto body = from_base64(params.body.value_or(""));
  if (!body) return fail(ErrorCode::invalid_argument, "http.send params.body: is not base64");
  std::string proxy = params.proxy.value_or("");
  chela_http_request request{sizeof(request),
                             to_abi(params.method),
                             to_abi(params.url),
                             headers.data(),
                             headers.size(),
                             to_abi(*body),
                             to_abi(proxy),
                             params.connect_timeout_ms.value_or(0),
                             params.first_byte_timeout_ms.value_or(0),
                             params.idle_timeout_ms.value_or(0),
                             params.total_timeout_ms.value_or(0),
                             params.response_bytes_max.value_or(0)};
  plugins::ErrorText error;
  id_ = http_.send(host_, &request, &listener_, error.sink());
  if (id_ == 0 && !end_) return std::unexpected(error.error("http.send", CHELA_DENIED));
  return {};
}

Task<Result<void>> Relay::pump(rpc::Request request) {
  auto stopping = request.cancelled().on_cancel([this] {
    if (id_ != 0) http_.cancel(host_, id_);
  });
  while (true) {
    while (!events_.empty()) {
      auto event = std::move(events_.front());
      events_.pop_front();
      auto sending = request.send_event(std::move(event));
      auto sent = co_await std::move(sending);
      if (!sent) break;
    }
    if (end_) break;
    Completion<bool> woken;
    waiting_ = &woken;
    co_await woken.wait();
  }
  if (*end_) {
    request.answer("{}");
  } else {
    request.fail(end_->error());
  }
  co_return Result<void>();
}

constexpr auto run = [](std::unique_ptr<Relay> relay, rpc::Request request) -> Task<Result<void>> {
  auto pumping = relay->pump(std::move(request));
  co_return co_await std::move(pumping);
};

}  // namespace

void relay_http(Loop& loop, const chela_host* host, const protocol::HttpSendParams& params, rpc::Request request) {
  const auto* http =
      static_cast<const chela_host_http*>(host->get_service(host, plugins::to_abi(CHELA_EXT_HTTP)));
  if (!http) {
    return request.fail({ErrorCode::denied, "the plugin's manifest asks for no network (permissions.network)"});
  }
  auto relay = std::make_unique<Relay>(host, *http);
  if (auto sent = relay->send(params); !sent) return request.fail(sent.error());
  loop.spawn("http.send", run(std::move(relay), std::move(request)));
}

}  // namespace chela::remote
