#include "kernel/core/net/http_server.hpp"

#include "kernel/core/loop/event.hpp"
#include "tests/kernel/core/net/server_fixture.hpp"

namespace chela::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(std::string_view body, std::string_view headers = "") {
  return fmt::format("POST /p HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}", headers, body.size(), body);
}

class HttpServerTest : public ServerTest {};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  start();
  RawClient client(loop, server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("hello"));
    auto answer = client.read_until("POST /p hello");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Length: 13\r\n"));
    EXPECT_THAT(answer, HasSubstr("Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("Connection")));
  }
  EXPECT_EQ(server->counters().accepted, 1u);
  EXPECT_EQ(server->counters().requests, 3u);
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
  start();
  for (std::string_view request :
       {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    RawClient client(loop, server->port());
    client.send(request);
    auto answer = client.read_to_end();
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, testing::EndsWith("GET / "));
  }
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(loop, server->port());
  std::string requests, answers;
  for (int i = 0; i < 10'000; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", i);
  client.send(requests);
  for (int i = 0; i < 10'000; ++i) {
    auto answer = client.read_until(fmt::format("\r\n\r\nGET /{} ", i));
    ASSERT_EQ(answer.find("HTTP/1.1 200 OK\r\n"), 0u);
    ASSERT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrderWhenHandlersWait) {
  service.on_handle = [this](HttpExchange& exchange) { return sleepy_echo(loop, exchange); };
  start();
  RawClient client(loop, server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", i);
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(pump_until(loop, [&] { return service.handled == i + 1; }));
    advance(1ms);
    EXPECT_THAT(client.read_until(fmt::format("GET /{} ", i)), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_F(HttpServerTest, RefusalsReachTheClientAndCloseTheConnection) {
  start();
  const std::pair<std::string, int> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {post(std::string(200'000, 'x')), 413},
      {"GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", 431},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {post("a", "Expect: magic\r\n"), 417},
  };
  for (const auto& [request, status] : cases) {
    SCOPED_TRACE(request.substr(0, 40));
    RawClient client(loop, server->port());
    client.send(request);
    auto answer = client.read_to_end();
    EXPECT_THAT(answer, testing::StartsWith(fmt::format("HTTP/1.1 {} ", status)));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("{\"error\":{\"code\":\""));
  }
  EXPECT_EQ(service.handled, 0);
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(HttpServerTest, AdmissionDecidesBeforeTheBody) {
  service.on_admit = [](const RequestHead& head) {
    Admission admission{.body_size_max = 5, .context = std::make_shared<int>(7)};
    if (head.path == "/no") admission.refusal = error_response(401, {ErrorCode::unauthenticated, "no token"});
    return admission;
  };
  service.on_handle = [](HttpExchange& exchange) {
    EXPECT_EQ(*exchange.context<int>(), 7);
    return echo(exchange);
  };
  start();
  RawClient client(loop, server->port());
  client.send("GET /no HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("token\"}}"), testing::StartsWith("HTTP/1.1 401 "));
  client.send(post("12345"));  // the connection goes on: nothing was left unread
  EXPECT_THAT(client.read_until("12345"), testing::StartsWith("HTTP/1.1 200 "));
  client.send(post("123456"));
  EXPECT_THAT(client.read_to_end(), testing::StartsWith("HTTP/1.1 413 "));
  RawClient second(loop, server->port());
  second.send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  EXPECT_THAT(second.read_to_end(), testing::StartsWith("HTTP/1.1 401 "));
}

TEST_F(HttpServerTest, ContinuesOnlyAfterAdmission) {
  start();
  RawClient client(loop, server->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_THAT(client.read_until("POST / hi"), testing::StartsWith("HTTP/1.1 200 "));
  RawClient large(loop, server->port());
  large.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
  EXPECT_THAT(large.read_to_end(), testing::StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  start();
  RawClient client(loop, server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.send(kGet);
  auto answer = client.read_until("GET / ");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, StreamsInChunks) {
  service.on_handle = [](HttpExchange& exchange) -> Task<Result<void>> {
    CHELA_CO_CHECK(exchange.start_stream(200, {{"Content-Type", "text/plain"}}));
    exchange.write("ab");
    exchange.write("");
    exchange.write("c");
    co_return Result<void>{};
  };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_until("0\r\n\r\n"), testing::EndsWith("\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_EQ(client.read_some(), "");
  RawClient old(loop, server->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), testing::EndsWith("\r\n\r\nabc"));
}

TEST_F(HttpServerTest, HandlersThatFailAreAnsweredWith500) {
  service.on_handle = [](HttpExchange&) -> Task<Result<void>> { co_return fail(ErrorCode::internal, "secret reason"); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  auto answer = client.read_until("}}");
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("secret")));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0], HasSubstr("secret reason"));
  service.on_handle = [](HttpExchange&) -> Task<Result<void>> { co_return Result<void>{}; };
  client.send(kGet);
  EXPECT_THAT(client.read_until("}}"), testing::StartsWith("HTTP/1.1 500 "));
  service.on_handle = [](HttpExchange& exchange) -> Task<Result<void>> {
    EXPECT_EQ(exchange.respond({.headers = {{"X", "a\r\nY: b"}}}).error().code, ErrorCode::invalid_argument);
    co_return Result<void>{};
  };
  client.send(kGet);
  EXPECT_THAT(client.read_until("}}"), testing::StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, StreamsThatFailAreCutShort) {
  service.on_handle = [](HttpExchange& exchange) -> Task<Result<void>> {
    CHELA_CO_CHECK(exchange.start_stream(200, {}));
    exchange.write("ab");
    co_return fail(ErrorCode::internal, "broken");
  };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), testing::Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(HttpServerTest, TellsTheHandlerWhenTheClientLeaves) {
  Seen seen;
  service.on_handle = [&](HttpExchange& exchange) { return wait_for_cancel(exchange, seen); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  ASSERT_TRUE(pump_until(loop, [&] { return seen.started; }));
  client.reset();
  ASSERT_TRUE(pump_until(loop, [&] { return seen.ended; }));
  EXPECT_EQ(seen.answer.error().code, ErrorCode::unavailable);
  pump_until(loop, [&] { return server->counters().connections == 0; });
  EXPECT_TRUE(errors.empty());
}

TEST_F(HttpServerTest, AnswersAClientThatOnlyStoppedSending) {
  Seen seen;
  service.on_handle = [&](HttpExchange& exchange) { return wait_for_cancel(exchange, seen); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  client.end_sending();
  EXPECT_THAT(client.read_to_end(), testing::EndsWith("late"));
  pump_until(loop, [&] { return server->counters().connections == 0; });
}

TEST_F(HttpServerTest, DestroyingTheServerEndsEverything) {
  Seen seen;
  service.on_handle = [&](HttpExchange& exchange) { return wait_for_cancel(exchange, seen); };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  ASSERT_TRUE(pump_until(loop, [&] { return seen.started; }));
  server.reset();
  EXPECT_TRUE(seen.ended);
  client.read_to_end();
}

TEST_F(HttpServerTest, FramesDestroyedByTheLoopLetGo) {
  service.on_handle = [](HttpExchange&) -> Task<Result<void>> {
    Completion<bool> never;
    co_await never.wait();
    co_return Result<void>{};
  };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  pump_until(loop, [&] { return service.handled == 1; });
  EXPECT_EQ(loop.drain(Duration::zero()), (std::vector<std::string>{"http request"}));
  client.read_to_end();
  EXPECT_EQ(server->counters().connections, 0u);
}

Task<Result<void>> write_much(HttpExchange& exchange, std::size_t pieces, std::size_t& written, Result<void>& end) {
  CHELA_CO_CHECK(exchange.start_stream(200, {}));
  std::string piece(16 * 1024, 'x');
  for (; written < pieces; ++written) {
    if (exchange.write(piece) != WriteState::over_limit) continue;
    end = co_await exchange.drained();
    if (!end) co_return Result<void>{};
  }
  co_return Result<void>{};
}

TEST_F(HttpServerTest, HoldsBackForAClientThatReadsSlowly) {
  std::size_t written = 0;
  Result<void> end;
  service.on_handle = [&](HttpExchange& exchange) { return write_much(exchange, 4096, written, end); };
  start();
  RawClient client(loop, server->port(), 16 * 1024);
  client.send(kGet);
  for (int i = 0; i < 100; ++i) loop.run_ready();
  EXPECT_LT(written, 1000u);  // 64 MB are not in memory
  EXPECT_GT(client.read_until("\r\n0\r\n\r\n").size(), 4096u * 16 * 1024);
  EXPECT_EQ(written, 4096u);
}

TEST_F(HttpServerTest, GivesUpAClientThatReadsNothing) {
  std::size_t written = 0;
  Result<void> end;
  service.on_handle = [&](HttpExchange& exchange) { return write_much(exchange, 4096, written, end); };
  start();
  RawClient client(loop, server->port(), 16 * 1024);
  client.send(kGet);
  for (int i = 0; i < 100; ++i) loop.run_ready();
  ASSERT_LT(written, 4096u);
  advance(31s);
  EXPECT_EQ(end.error().code, ErrorCode::unavailable);
  EXPECT_EQ(server->counters().connections, 0u);
}

TEST_F(HttpServerTest, SendsLargeBodiesWhole) {
  service.on_handle = [](HttpExchange& exchange) -> Task<Result<void>> {
    co_return exchange.respond({.body = std::string(20'000'000, 'y') + "end"});
  };
  start();
  RawClient client(loop, server->port());
  client.send(kGet);
  EXPECT_GT(client.read_until("end").size(), 20'000'000u);
}

TEST_F(HttpServerTest, SurvivesAClientThatLeavesAtAnyByte) {
  start();
  std::string request = post("hello");
  for (std::size_t cut = 0; cut <= request.size(); ++cut) {
    RawClient client(loop, server->port());
    client.send(request.substr(0, cut));
    (cut % 2) ? client.reset() : client.close();
  }
  pump_until(loop, [&] { return server->counters().connections == 0; });
  EXPECT_EQ(service.handled, 1);
}

}  // namespace
}  // namespace chela::net
