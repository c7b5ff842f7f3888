#pragma once

// A real server on 127.0.0.1 with a fake clock, and a service made of two functions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/http_exchange.hpp"
#include "kernel/core/net/http_server.hpp"
#include "tests/fake_clock.hpp"
#include "tests/kernel/core/net/raw_client.hpp"

namespace chela::net {

class ScriptedService final : public HttpService {
 public:
  using Handler = std::function<Task<Result<void>>(HttpExchange&)>;

  Admission admit(const RequestHead& head) override { return on_admit(head); }
  Task<Result<void>> handle(HttpExchange& exchange) override {
    ++handled;
    return on_handle(exchange);
  }

  std::function<Admission(const RequestHead&)> on_admit = [](const RequestHead&) {
    return Admission{.body_size_max = 100'000};
  };
  Handler on_handle;
  int handled = 0;
};

// Answers with "METHOD PATH BODY".
inline Task<Result<void>> echo(HttpExchange& exchange) {
  const auto& request = exchange.request();
  co_return exchange.respond({.body = fmt::format("{} {} {}", request.method, request.path, request.body)});
}

// Answers like echo() a millisecond of the fake clock later.
inline Task<Result<void>> sleepy_echo(Loop& loop, HttpExchange& exchange) {
  CHELA_CO_CHECK(co_await sleep_until(loop, loop.now() + std::chrono::milliseconds(1), exchange.cancel_token()));
  co_return co_await echo(exchange);
}

// What a handler that waits for its cancellation has seen.
struct Seen {
  bool started = false, cancelled = false, ended = false;
  Result<void> answer;
};

inline Task<Result<void>> wait_for_cancel(HttpExchange& exchange, Seen& seen) {
  seen.started = true;
  Completion<bool> cancelled;
  auto registration = exchange.cancel_token().on_cancel([&] { cancelled.set(true); });
  co_await cancelled.wait();
  seen.cancelled = true;
  seen.answer = exchange.respond({.body = "late"});
  seen.ended = true;
  co_return Result<void>{};
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() { service.on_handle = echo; }
  ~ServerTest() override {
    server.reset();
    loop.on_task_error({});
    loop.drain(Duration::zero());
  }

  void start() {
    loop.on_task_error([this](const std::string&, const Error& error) { errors.push_back(error.message); });
    server = std::make_unique<HttpServer>(loop, service, limits);
    auto listening = server->listen({});
    ASSERT_TRUE(listening) << listening.error().message;
  }
  void advance(Duration step) {
    clock.advance(step);
    loop.run_ready();
    loop.run_ready();
  }

  FakeClock clock;
  Loop loop{clock};
  ScriptedService service;
  ServerLimits limits;
  std::unique_ptr<HttpServer> server;
  std::vector<std::string> errors;
};

}  // namespace chela::net
