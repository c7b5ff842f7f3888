// A WebSocket server that sends every message back: kernel/core/net alone, for cases that need an echo.
// Prints `listening PORT` and ends when its standard input does. Its limits are wide; the gateway has the narrow ones.

#include <cstdio>
#include <iostream>
#include <thread>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/http_exchange.hpp"
#include "kernel/core/net/http_server.hpp"

namespace chela {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMessageSizeMax = 32 << 20;

class EchoService final : public net::HttpService {
 public:
  net::Admission admit(const net::RequestHead&) override { return {}; }
  Task<Result<void>> handle(net::HttpExchange& exchange) override { return echo(exchange); }

 private:
  static Task<Result<void>> echo(net::HttpExchange& exchange) {
    net::WebSocketOptions options;
    options.limits.message_size_max = kMessageSizeMax;
    options.limits.fragments_max = kMessageSizeMax;
    options.limits.queue_size_max = 2 * kMessageSizeMax;
    auto accepted = exchange.accept_websocket(std::move(options));
    if (!accepted) co_return Result<void>{};  // the refusal has been sent
    auto* socket = *accepted;
    socket->on_message([socket](std::string_view payload, bool is_text) {
      (void)(is_text ? socket->send_text(payload) : socket->send_binary(payload));
    });
    co_return Result<void>{};
  }
};

int serve() {
  Loop loop;
  EchoService service;
  int failed = 0;
  {
    net::HttpServer server(loop, service);
    auto listening = server.listen({});
    if (!listening) {
      std::cerr << listening.error().message << '\n';
      return 1;
    }
    std::cout << "listening " << server.port() << std::endl;
    std::jthread watch([&loop] {
      while (std::getchar() != EOF) {
      }
      loop.post([&loop] { loop.stop(); });
    });
    loop.run();
    loop.on_task_error([&failed](const std::string&, const Error&) { ++failed; });
  }
  loop.drain(1s);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace chela

int main() {
  return chela::serve();
}
