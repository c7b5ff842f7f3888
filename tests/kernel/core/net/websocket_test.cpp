#include "kernel/core/net/websocket.hpp"

#include "kernel/core/net/websocket_handshake.hpp"
#include "tests/kernel/core/net/server_fixture.hpp"

namespace chela::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: one, two\r\n\r\n";

std::string frame(Opcode opcode, std::string_view payload, bool final = true) {
  std::string out;
  append_frame(out, WebSocketRole::client, opcode, payload, final);
  return out;
}
std::string close_frame(std::uint16_t code, std::string_view reason = "") {
  std::string out;
  append_close(out, WebSocketRole::client, code, reason);
  return out;
}

// What a server's bytes say, frame by frame.
std::string read_frames(std::string bytes) {
  WebSocketDecoder decoder(WebSocketRole::client, 100'000'000, 100);
  std::span<char> input(bytes);
  std::string out;
  for (;;) {
    auto event = decoder.next(input);
    auto payload = event.payload.substr(0, 60);
    switch (event.kind) {
      case WebSocketDecoder::Kind::need_more:
        return out;
      case WebSocketDecoder::Kind::text:
        out += fmt::format("text({})", payload);
        break;
      case WebSocketDecoder::Kind::binary:
        out += fmt::format("binary({})", payload);
        break;
      case WebSocketDecoder::Kind::ping:
        out += fmt::format("ping({})", payload);
        break;
      case WebSocketDecoder::Kind::pong:
        out += fmt::format("pong({})", payload);
        break;
      case WebSocketDecoder::Kind::close:
        out += fmt::format("close({},{})", event.code, payload);
        break;
      case WebSocketDecoder::Kind::failed:
        out += fmt::format("failed({})", event.payload);
        break;
    }
  }
}

class WebSocketTest : public ServerTest {
 protected:
  WebSocketTest() {
    service.on_handle = [this](HttpExchange& exchange) { return accept(*this, exchange); };
  }
  ~WebSocketTest() override { server.reset(); }  // while `log` is there

  static Task<Result<void>> accept(WebSocketTest& test, HttpExchange& exchange) {
    WebSocketOptions options{.subprotocol = "two", .limits = test.socket_limits};
    auto accepted = exchange.accept_websocket(std::move(options));
    if (!accepted) co_return Result<void>{};
    test.socket = *accepted;
    test.socket->on_message([&test](std::string_view payload, bool is_text) {
      test.log += fmt::format("{}({})", is_text ? "text" : "binary", payload);
      if (payload == "bye") test.socket->close(4000, "you said so");
      test.socket->send_text(fmt::format("re:{}", payload));
    });
    test.socket->on_close([&test](const WebSocketClose& close) {
      test.log += fmt::format("closed({},{},{})", close.code, close.reason, close.clean ? "clean" : "broken");
      test.socket = nullptr;
    });
    co_return Result<void>{};
  }

  std::unique_ptr<RawClient> open(int receive_buffer = 0) {
    auto client = std::make_unique<RawClient>(loop, server->port(), receive_buffer);
    client->send(kUpgrade);
    EXPECT_THAT(client->read_until("\r\n\r\n"), HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    return client;
  }
  void wait_for_log(std::string_view end) {
    pump_until(loop, [&] { return log.find(end) != std::string::npos; });
  }

  WebSocketLimits socket_limits;
  WebSocket* socket = nullptr;
  std::string log;
};

TEST_F(WebSocketTest, Shakes) {
  start();
  RawClient client(loop, server->port());
  client.send(kUpgrade);
  EXPECT_EQ(client.read_until("\r\n\r\n"),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: two\r\n\r\n");
}

TEST_F(WebSocketTest, RefusesMalformedHandshakes) {
  start();
  auto without = [](std::string_view line) {
    std::string request(kUpgrade);
    auto at = request.find(line);
    return request.erase(at, request.find("\r\n", at) + 2 - at);
  };
  auto with = [](std::string_view line, std::string_view instead) {
    std::string request(kUpgrade);
    return request.replace(request.find(line), line.size(), instead);
  };
  const std::pair<std::string, int> cases[] = {
      {without("Upgrade:"), 426},
      {without("Connection:"), 426},
      {without("Sec-WebSocket-Version"), 426},
      {with("Version: 13", "Version: 12"), 426},
      {with("Version: 13", "Version: 13, 8"), 426},
      {without("Sec-WebSocket-Key"), 400},
      {with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"), 400},
      {with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZR=="), 400},
      {with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j*Q=="), 400},
      {with("GET", "POST"), 400},
      {with("Host: a\r\n", "Host: a\r\nContent-Length: 1\r\n") + "x", 400},
      {with("HTTP/1.1", "HTTP/1.0"), 400},
  };
  for (const auto& [request, status] : cases) {
    SCOPED_TRACE(request);
    RawClient client(loop, server->port());
    client.send(request);
    auto answer = client.read_until("}}");
    EXPECT_THAT(answer, testing::StartsWith(fmt::format("HTTP/1.1 {} ", status)));
    if (status == 426) {
      EXPECT_THAT(answer, HasSubstr("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"));
      EXPECT_THAT(answer, testing::ContainsRegex("Connection: (close, )?Upgrade\r\n"));
    }
  }
  EXPECT_EQ(socket, nullptr);
}

TEST_F(WebSocketTest, CarriesMessages) {
  start();
  auto client = open();
  client->send(frame(Opcode::text, "a") + frame(Opcode::text, "b", false) + frame(Opcode::ping, "p") +
               frame(Opcode::continuation, "c") + frame(Opcode::binary, "d"));
  EXPECT_EQ(read_frames(client->read_bytes(6 + 3 + 7 + 6)), "text(re:a)pong(p)text(re:bc)text(re:d)");
  EXPECT_EQ(log, "text(a)text(bc)binary(d)");
}

TEST_F(WebSocketTest, FramesMayFollowTheHandshakeAtOnce) {
  start();
  RawClient client(loop, server->port());
  client.send(std::string(kUpgrade) + frame(Opcode::text, "early") + close_frame(1000));
  auto answer = client.read_to_end();
  EXPECT_EQ(read_frames(answer.substr(answer.find("\r\n\r\n") + 4)), "text(re:early)close(1000,)");
  EXPECT_EQ(log, "text(early)closed(1000,,clean)");
}

TEST_F(WebSocketTest, ClosesWhenTheClientDoes) {
  start();
  auto client = open();
  client->send(close_frame(3001, "done"));
  EXPECT_EQ(read_frames(client->read_to_end()), "close(3001,)");
  EXPECT_EQ(log, "closed(3001,done,clean)");
  client->close();
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(WebSocketTest, ClosesWhenWeDo) {
  start();
  auto client = open();
  client->send(frame(Opcode::text, "bye") + frame(Opcode::text, "dropped"));
  EXPECT_EQ(read_frames(client->read_bytes(2 + 2 + 11)), "close(4000,you said so)");
  EXPECT_EQ(log, "text(bye)");
  client->send(close_frame(4000));
  client->read_to_end();
  EXPECT_EQ(log, "text(bye)closed(4000,,clean)");
}

TEST_F(WebSocketTest, GivesUpWhenTheCloseIsNotAnswered) {
  start();
  auto client = open();
  client->send(frame(Opcode::text, "bye"));
  wait_for_log("bye");
  advance(6s);
  EXPECT_THAT(log, HasSubstr("closed(1006,"));
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(WebSocketTest, EndsOnBrokenFrames) {
  start();
  const std::pair<std::string, int> cases[] = {
      {std::string("\x81\x01x", 3), 1002},
      {frame(Opcode::text, "\xff"), 1007},
      {std::string("\x82\xff\x00\x00\x00\x00\x10\x00\x00\x00", 10) + "mask", 1009},
  };
  for (const auto& [bytes, code] : cases) {
    log.clear();
    auto client = open();
    client->send(bytes);
    EXPECT_THAT(read_frames(client->read_to_end()), testing::StartsWith(fmt::format("close({},", code)));
    EXPECT_THAT(log, testing::StartsWith(fmt::format("closed({},", code)));
  }
}

TEST_F(WebSocketTest, TellsWhenTheConnectionBreaks) {
  start();
  auto client = open();
  client->reset();
  wait_for_log("closed(1006");
  log.clear();
  auto second = open();
  second->end_sending();
  wait_for_log("closed(1006");
  second->close();
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(WebSocketTest, PingsInSilenceAndEndsIt) {
  start();
  auto client = open();
  advance(20s);
  client->send(frame(Opcode::text, "x"));
  client->read_until("re:x");
  advance(20s);
  EXPECT_EQ(client->read_some(), "");  // 20 s of silence only
  advance(11s);
  EXPECT_EQ(read_frames(client->read_bytes(2)), "ping()");
  client->send(frame(Opcode::pong, ""));
  advance(31s);
  EXPECT_EQ(read_frames(client->read_bytes(2)), "ping()");
  advance(45s);
  EXPECT_THAT(read_frames(client->read_bytes(4)), "");
  advance(6s);
  EXPECT_THAT(log, testing::EndsWith("closed(1006,the client did not answer the close frame,broken)"));
}

TEST_F(WebSocketTest, PingsEarlyEnoughForAShortTimeout) {
  socket_limits.receive_timeout = 10s;
  start();
  auto client = open();
  for (int round = 0; round < 5; ++round) {
    advance(6s);
    EXPECT_EQ(read_frames(client->read_bytes(2)), "ping()");
    client->send(frame(Opcode::pong, ""));
  }
  EXPECT_EQ(log, "");
}

TEST_F(WebSocketTest, WithoutATimeoutSilenceIsPingedForGood) {
  socket_limits.receive_timeout = Duration::zero();
  start();
  auto client = open();
  for (int round = 0; round < 5; ++round) {
    advance(31s);
    EXPECT_EQ(read_frames(client->read_bytes(2)), "ping()");
  }
  EXPECT_EQ(log, "");
}

TEST_F(WebSocketTest, WithoutATimeoutAndPingsNothingHappens) {
  socket_limits.receive_timeout = Duration::zero();
  socket_limits.ping_interval = Duration::zero();
  start();
  auto client = open();
  advance(std::chrono::hours(24));
  EXPECT_EQ(client->read_some(), "");
  EXPECT_EQ(log, "");
}

TEST_F(WebSocketTest, ClosesAClientThatReadsTooSlowly) {
  socket_limits.queue_size_max = 100'000;
  start();
  auto client = open(16 * 1024);
  std::string large(50'000, 'x');
  int taken = 0;
  while (socket->send_text(large) != WriteState::closed) {
    ASSERT_LT(++taken, 2000);
    loop.run_ready();
  }
  EXPECT_GT(taken, 2);
  EXPECT_FALSE(socket->is_open());
  EXPECT_LT(socket->buffered_bytes(), 200'000u);
  EXPECT_EQ(log, "");  // never from inside a call
  advance(6s);
  EXPECT_THAT(log, HasSubstr("closed(1006,"));
}

TEST_F(WebSocketTest, ABurstInOneTickIsNoSlowReader) {
  socket_limits.queue_size_max = 100'000;
  start();
  auto client = open();
  std::string large(50'000, 'x');
  for (int i = 0; i < 6; ++i) ASSERT_NE(socket->send_text(large), WriteState::closed) << i;
  client->read_bytes(6 * 50'004);
  EXPECT_TRUE(socket->is_open());
}

TEST_F(WebSocketTest, IsToldWhenTheServerDrains) {
  start();
  auto client = open();
  constexpr auto drain = [](HttpServer& target, TimePoint deadline) -> Task<Result<void>> {
    co_return co_await target.drain(deadline);
  };
  loop.spawn("drain", drain(*server, clock.now() + 10s));
  EXPECT_EQ(read_frames(client->read_bytes(4 + 22)), "close(1001,the server is stopping)");
  client->send(close_frame(1001));
  client->read_to_end();
  EXPECT_EQ(log, "closed(1001,,clean)");
  client->close();
  pump_until(loop, [&] { return loop.task_count() == 0; });
}

TEST_F(WebSocketTest, IsToldWhenTheServerIsDestroyed) {
  start();
  auto client = open();
  server.reset();
  EXPECT_EQ(log, "closed(1006,the server stopped,broken)");
}

}  // namespace
}  // namespace chela::net
