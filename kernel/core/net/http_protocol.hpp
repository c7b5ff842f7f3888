#pragma once

// HTTP/1.1 on one connection: reads requests in order, asks the service, writes the answers. Loop thread only.
// One request is answered at a time; what the client sends meanwhile is kept up to a limit (pipelining). While nothing
// is under way it holds neither parser nor buffer.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/connection.hpp"
#include "kernel/core/net/http_codec.hpp"
#include "kernel/core/net/http_exchange.hpp"
#include "kernel/core/net/http_server.hpp"
#include "kernel/core/net/http_service.hpp"

namespace chela::net {

// What the protocols of one server share.
struct HttpProtocolContext {
  Loop& loop;
  HttpService& service;
  const ServerLimits& limits;
  HttpServer::Counters counters{};
  std::string id_prefix{};  // of request ids
  bool draining = false;
};

class HttpProtocol final : public Protocol {
 public:
  HttpProtocol(Connection& connection, HttpProtocolContext& context);

  void refuse(const Refusal& refusal);  // answers and ends the connection

 private:
  friend class HttpExchange;
  enum class Phase : std::uint8_t { idle, head, body, handling, upgraded, ended };

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_deadline() override;
  std::unique_ptr<Protocol> on_tick() override;
  void on_drained() override;
  void on_shutdown() override;
  void on_closed(const Error& error) override;

  void advance(std::string_view& input);
  void begin_request();
  void on_head(bool more_input);
  void start_exchange();
  static Task<Result<void>> run(HttpService& service, std::unique_ptr<HttpExchange> exchange);
  TimePoint body_deadline() const;
  void end();

  // For the exchange.
  Result<void> send(HttpResponse response);
  Result<void> start_stream(int status, const Headers& headers);
  WriteState write_piece(std::string_view bytes);
  void finish_stream();
  Result<WebSocket*> upgrade(const HttpRequest& request, WebSocketOptions options);
  void release();  // the request is answered; the next may come

  Connection& connection_;
  HttpProtocolContext& context_;
  std::unique_ptr<RequestParser> parser_;
  HttpExchange* exchange_ = nullptr;
  std::unique_ptr<WebSocket> upgraded_;
  std::shared_ptr<void> admitted_;
  std::string read_ahead_;
  std::size_t read_ahead_used_ = 0;
  TimePoint body_started_{};
  Phase phase_ = Phase::idle;
  bool keep_alive_ = true;  // after the request under way
  bool is_head_ = false;    // of it: HEAD
  bool chunked_ = true;     // of it: the client knows chunks
  bool peer_ended_ = false;
};

}  // namespace chela::net
