#include <fcntl.h>
#include <sys/resource.h>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/net/http_server.hpp"
#include "tests/kernel/core/net/server_fixture.hpp"

namespace chela::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class HttpServerLimitsTest : public ServerTest {};

Task<Result<void>> respond_with(HttpExchange& exchange, std::string body) {
  co_return exchange.respond({.body = std::move(body)});
}

TEST_F(HttpServerLimitsTest, SlowSendersAreTimedOut) {
  start();
  RawClient silent(loop, server->port()), headers(loop, server->port()), body(loop, server->port()),
      idle(loop, server->port());
  headers.send("GET / HT");
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\nx");
  idle.send(kGet);
  idle.read_until("GET / ");
  advance(9s);
  headers.send("TP/1.1\r\n");  // a byte now and then does not help
  advance(2s);
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_THAT(headers.read_to_end(), testing::StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(body.read_to_end(), testing::StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(idle.read_some(), "");
  EXPECT_FALSE(idle.ended());
  advance(50s);
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(HttpServerLimitsTest, ASteadyBodyMayTakeItsTime) {
  start();
  RawClient client(loop, server->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n");
  for (int second = 0; second < 45; ++second) {
    client.send(std::string(2000, 'x'));
    advance(1s);
  }
  EXPECT_THAT(client.read_until("POST / x"), testing::StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerLimitsTest, LimitsConnections) {
  limits.connections_max = 3;
  start();
  RawClient a(loop, server->port()), b(loop, server->port());
  pump_until(loop, [&] { return server->counters().connections == 2; });
  RawClient c(loop, server->port());
  pump_until(loop, [&] { return server->counters().connections == 3; });
  RawClient refused(loop, server->port());
  auto answer = refused.read_to_end();
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After"));
  a.send(kGet);
  EXPECT_THAT(a.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 "));
  refused.close();
  b.close();
  pump_until(loop, [&] { return server->counters().connections == 2; });
  RawClient d(loop, server->port());
  d.send(kGet);
  EXPECT_THAT(d.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerLimitsTest, LimitsConnectionsPerAddress) {
  limits.connections_per_ip_max = 1;
  start();
  RawClient a(loop, server->port());
  pump_until(loop, [&] { return server->counters().connections == 1; });
  RawClient b(loop, server->port());
  EXPECT_THAT(b.read_to_end(), HasSubstr("from this address"));
  EXPECT_EQ(server->counters().refused, 1u);
}

TEST_F(HttpServerLimitsTest, SaysWhatToDoWhenItCannotListen) {
  start();
  HttpServer second(loop, service);
  auto taken = second.listen({.port = server->port()});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::already_exists);
  EXPECT_THAT(taken.error().message, HasSubstr("choose another port"));
  HttpServer third(loop, service);
  EXPECT_EQ(third.listen({.address = "localhost"}).error().code, ErrorCode::invalid_argument);
  HttpServer fourth(loop, service);
  EXPECT_EQ(fourth.listen({.address = "192.0.2.1"}).error().code, ErrorCode::invalid_argument);
  HttpServer v6(loop, service);
  EXPECT_TRUE(v6.listen({.address = "::"}));
}

// Pipelined requests whose answers nobody reads are not answered into memory.
TEST_F(HttpServerLimitsTest, HoldsBackAPeerThatReadsNoAnswers) {
  limits.connections_max = 10;
  service.on_handle = [](HttpExchange& exchange) { return respond_with(exchange, std::string(100'000, 'x')); };
  start();
  RawClient client(loop, server->port(), 4096);
  constexpr int kRequests = 1000;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += kGet;
  client.send(requests);
  for (int i = 0; i < 100; ++i) loop.run_ready();
  EXPECT_LT(service.handled, 200);
  std::size_t size = 0;
  while (service.handled < kRequests) size += client.read_bytes(1'000'000).size();
  while (size < kRequests * 100'000u) size += client.read_bytes(100'000).size();
  EXPECT_EQ(service.handled, kRequests);
}

Task<Result<void>> drain_and_note(HttpServer& server, TimePoint deadline, std::optional<Result<void>>& out) {
  out = co_await server.drain(deadline);
  co_return Result<void>{};
}

TEST_F(HttpServerLimitsTest, DrainsPolitely) {
  service.on_handle = [this](HttpExchange& exchange) { return sleepy_echo(loop, exchange); };
  start();
  RawClient idle(loop, server->port()), busy(loop, server->port());
  busy.send(kGet);
  pump_until(loop, [&] { return service.handled == 1 && server->counters().connections == 2; });
  std::optional<Result<void>> drained;
  loop.spawn("drain", drain_and_note(*server, clock.now() + 10s, drained));
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(drained);
  EXPECT_FALSE(RawClient(loop, server->port()).connected());
  advance(1ms);
  EXPECT_THAT(busy.read_to_end(), HasSubstr("Connection: close"));
  busy.close();
  idle.close();
  pump_until(loop, [&] { return drained.has_value(); });
  EXPECT_TRUE(drained->has_value());
}

Task<Result<void>> sleepy_stream(Loop& loop, HttpExchange& exchange) {
  CHELA_CO_CHECK(exchange.start_stream(200, {}));
  exchange.write("a");
  CHELA_CO_CHECK(co_await sleep_until(loop, loop.now() + 1ms, exchange.cancel_token()));
  exchange.write("b");
  co_return Result<void>{};
}

TEST_F(HttpServerLimitsTest, DrainsStreamsThatEnd) {
  service.on_handle = [this](HttpExchange& exchange) { return sleepy_stream(loop, exchange); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  client.read_until("1\r\na\r\n");
  std::optional<Result<void>> drained;
  loop.spawn("drain", drain_and_note(*server, clock.now() + 10s, drained));
  advance(1ms);
  EXPECT_EQ(client.read_to_end(), "1\r\nb\r\n0\r\n\r\n");
  client.close();
  pump_until(loop, [&] { return drained.has_value(); });
  EXPECT_TRUE(drained->has_value());
}

TEST_F(HttpServerLimitsTest, DrainsWithForceAtTheDeadline) {
  Seen seen;
  service.on_handle = [&](HttpExchange& exchange) { return wait_for_cancel(exchange, seen); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  pump_until(loop, [&] { return seen.started; });
  std::optional<Result<void>> drained;
  loop.spawn("drain", drain_and_note(*server, clock.now() + 10s, drained));
  advance(11s);
  ASSERT_TRUE(drained);
  EXPECT_EQ(drained->error().code, ErrorCode::timed_out);
  EXPECT_TRUE(seen.ended);
}

TEST_F(HttpServerLimitsTest, GoesOnWhenDescriptorsRunOut) {
  start();
  RawClient present(loop, server->port());
  present.send(kGet);
  present.read_until("GET / ");
  RawClient waiting(loop, server->port());  // in the backlog: the loop does not run
  std::vector<int> fillers;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low{256, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &low);
  for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) fillers.push_back(fd);
  EXPECT_EQ(errno, EMFILE);
  EXPECT_EQ(waiting.read_to_end(), "");  // closed instead of left waiting
  present.send(kGet);
  EXPECT_THAT(present.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 "));
  for (int fd : fillers) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
  RawClient later(loop, server->port());
  later.send(kGet);
  EXPECT_THAT(later.read_until("GET / "), testing::StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace chela::net
