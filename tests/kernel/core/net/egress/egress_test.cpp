// Requests and responses that go well, or as well as the listener lets them.
#include "kernel/core/net/egress.hpp"

#include "kernel/core/loop/event.hpp"
#include "tests/kernel/core/net/egress/egress_fixture.hpp"
#include "tests/kernel/core/net/egress/test_server.hpp"

namespace chela::net {
namespace {

TEST_F(EgressTest, SendsWhatWasAsked) {
  std::string seen;
  TestServer server([&](TestConnection& connection) {
    seen = connection.read_request();
    connection.respond("hello", "X-Reply: a b \r\nX-Empty:\r\n");
  });
  EgressRequest request = get(server.url("/path?q=1#fragment"));
  request.method = "POST";
  request.headers = {{"x-one", "1"}, {"x-none", ""}, {"content-type", "application/json"}};
  request.body = "{}";
  RecordingListener listener;
  exchange(std::move(request), listener);
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(listener.status, 200);
  EXPECT_EQ(listener.body, "hello");
  EXPECT_EQ(listener.headers.find("x-reply"), "a b");
  EXPECT_EQ(listener.headers.find("x-empty"), "");
  EXPECT_TRUE(seen.starts_with("POST /path?q=1 HTTP/1.1\r\n")) << seen;
  for (const char* part : {"x-one: 1\r\n", "x-none:\r\n", "content-type: application/json\r\n", "user-agent: chela\r\n",
                           "Content-Length: 2\r\n", "Accept-Encoding: ", "\r\n\r\n{}"}) {
    EXPECT_NE(seen.find(part), std::string::npos) << part << " in\n" << seen;
  }
  EXPECT_EQ(seen.find("Expect:"), std::string::npos);
}

TEST_F(EgressTest, EveryMethodIsFramedRight) {
  struct Case {
    const char* method;
    const char* body;
    bool has_length;
  };
  const Case cases[] = {{"GET", "", false},   {"GET", "x", true},   {"HEAD", "", false},   {"POST", "", true},
                        {"PUT", "abc", true}, {"PATCH", "x", true}, {"DELETE", "", false}, {"DELETE", "x", true}};
  for (const Case& c : cases) {
    std::string seen;
    TestServer server([&](TestConnection& connection) {
      seen = connection.read_request();
      connection.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    });
    EgressRequest request = get(server.url());
    request.method = c.method;
    request.body = c.body;
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_EQ(listener.status, 204) << c.method << listener.error();
    EXPECT_TRUE(seen.starts_with(std::string(c.method) + " / ")) << seen;
    EXPECT_EQ(seen.contains("Content-Length: "), c.has_length) << seen;
    EXPECT_FALSE(seen.contains("ontent-type")) << seen;
  }
}

TEST_F(EgressTest, StreamsPiecesAsTheyCome) {
  std::atomic<int> pieces_allowed = 0;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 5; ++i) {
      pieces_allowed.wait(i);
      connection.send_chunk("data: " + std::to_string(i) + "\n\n");
    }
    connection.send("0\r\n\r\n");
  });
  RecordingListener listener;
  int pieces = 0;
  listener.on_head_hook = [&] {
    ++pieces_allowed;
    pieces_allowed.notify_one();
  };
  listener.on_body_hook = [&] {
    EXPECT_EQ(listener.body, "data: " + std::to_string(pieces) + "\n\n");
    listener.body.clear();
    ++pieces;
    ++pieces_allowed;
    pieces_allowed.notify_one();
  };
  exchange(get(server.url()), listener);
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(pieces, 5);
}

TEST_F(EgressTest, ReusesConnections) {
  TestServer server([](TestConnection& connection) {
    while (!connection.read_request().empty()) connection.respond("x");
  });
  for (int i = 0; i < 5; ++i) {
    RecordingListener listener;
    exchange(get(server.url()), listener);
    EXPECT_TRUE(listener.result) << listener.error();
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client.stats().succeeded, 5u);
  EXPECT_EQ(client.stats().body_bytes, 5u);
  EXPECT_EQ(client.stats().active, 0u);
}

TEST_F(EgressTest, RunsManyAtOnce) {
  std::atomic<int> reached = 0;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    ++reached;
    for (int seen = reached; seen < 100; seen = reached) reached.wait(seen);  // none answers before all are there
    reached.notify_all();
    connection.respond("x");
  });
  std::vector<std::unique_ptr<RecordingListener>> listeners;
  for (int i = 0; i < 100; ++i) {
    listeners.push_back(std::make_unique<RecordingListener>());
    ASSERT_TRUE(client.send(get(server.url()), *listeners.back()));
  }
  run_until(loop, [&] {
    if (reached == 100) reached.notify_all();
    return client.stats().active == 0;
  });
  for (auto& listener : listeners) EXPECT_TRUE(listener->result) << listener->error();
}

TEST_F(EgressTest, InformationalResponsesAndTrailersAreNotTheHead) {
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    connection.send("HTTP/1.1 201 Created\r\nX-Real: yes\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send("1\r\na\r\n0\r\nX-Trailer: t\r\n\r\n");
    connection.wait_for_close();
  });
  RecordingListener listener;
  exchange(get(server.url()), listener);
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(listener.status, 201);
  EXPECT_EQ(listener.body, "a");
  EXPECT_TRUE(listener.headers.find("x-real"));
  EXPECT_FALSE(listener.headers.find("link"));
  EXPECT_FALSE(listener.headers.find("x-trailer"));
}

TEST_F(EgressTest, TakesAHundredMegabytesWithoutKeepingThem) {
  constexpr std::uint64_t kBytes = 100'000'000;
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    std::string block(1'000'000, 'x');
    for (int i = 0; i < 100; ++i) connection.send(block);
  });
  EgressRequest request = get(server.url());
  request.response_bytes_max = kBytes;
  RecordingListener listener;
  listener.keep_body = false;
  exchange(std::move(request), listener);
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(listener.body_bytes, kBytes);
}

TEST_F(EgressTest, PauseStopsTheFlowAndResumeGoesOn) {
  std::atomic<std::size_t> sent = 0;
  std::atomic<bool> blocked = false;
  constexpr std::size_t kBytes = 64'000'000;  // far more than what socket buffers hold
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    std::string block(100'000, 'x');
    while (sent < kBytes) {
      pollfd writable{connection.fd(), POLLOUT, 0};
      if (::poll(&writable, 1, 200) == 0) blocked = true;  // nobody reads
      connection.send(block);
      sent += block.size();
    }
  });
  EgressRequest request = get(server.url());
  request.response_bytes_max = kBytes;
  RecordingListener listener;
  listener.keep_body = false;
  EgressId id = 0;
  listener.on_body_hook = [&] {
    if (!blocked) client.pause(id);
  };
  id = *client.send(std::move(request), listener);
  run_until(loop, [&] { return blocked.load(); });
  EXPECT_LT(listener.body_bytes, 1'000'000u);
  EXPECT_LT(sent, kBytes);
  clock.advance(std::chrono::minutes(5));  // the idle deadline does not run while paused
  loop.run_ready();
  EXPECT_EQ(listener.done, 0);
  client.resume(id);
  run_until(loop, [&] { return listener.done > 0; });
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(listener.body_bytes, kBytes);
}

TEST_F(EgressTest, PauseAfterEachPieceLosesNothing) {
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 200; ++i) connection.send_chunk(std::string(997, static_cast<char>('a' + i % 26)));
    connection.send("0\r\n\r\n");
  });
  RecordingListener listener;
  EgressId id = 0;
  bool paused = false;
  listener.on_body_hook = [&] {
    EXPECT_FALSE(paused);
    client.pause(id);
    paused = true;
  };
  id = *client.send(get(server.url()), listener);
  run_until(loop, [&] {
    if (std::exchange(paused, false)) client.resume(id);
    return listener.done > 0;
  });
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_EQ(listener.body.size(), 200u * 997);
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += std::string(997, static_cast<char>('a' + i % 26));
  EXPECT_EQ(listener.body, expected);
}

Task<Result<void>> fetch_into(EgressClient& client, EgressRequest request, CancelToken cancel,
                              std::optional<Result<EgressResponse>>& out) {
  auto response = co_await client.fetch(std::move(request), std::move(cancel));
  out.emplace(std::move(response));
  co_return Result<void>{};
}

TEST_F(EgressTest, FetchYieldsTheWholeResponse) {
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 4\r\n\r\nnope");
  });
  std::optional<Result<EgressResponse>> response;
  loop.spawn("fetch", fetch_into(client, get(server.url()), {}, response));
  run_until(loop, [&] { return response.has_value(); });
  ASSERT_TRUE(*response) << response->error().message;
  EXPECT_EQ((*response)->status, 404);
  EXPECT_EQ((*response)->headers.find("x-a"), "b");
  EXPECT_EQ((*response)->body, "nope");
}

TEST_F(EgressTest, FetchIsCancelledByItsToken) {
  std::atomic<bool> reached = false;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    reached = true;
    connection.wait_for_close();
  });
  CancelSource source;
  std::optional<Result<EgressResponse>> response;
  loop.spawn("fetch", fetch_into(client, get(server.url()), source.token(), response));
  run_until(loop, [&] { return reached.load(); });
  source.cancel();
  ASSERT_TRUE(response.has_value());
  ASSERT_FALSE(*response);
  EXPECT_EQ(response->error().code, ErrorCode::cancelled);
  EXPECT_EQ(client.stats().active, 0u);
}

TEST_F(EgressTest, DestroyingAFetchEndsItsRequest) {
  std::atomic<bool> reached = false;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    reached = true;
    connection.wait_for_close();
  });
  {
    auto task = client.fetch(get(server.url()), {});
    task.start();
    run_until(loop, [&] { return reached.load(); });
    EXPECT_EQ(client.stats().active, 1u);
  }
  EXPECT_EQ(client.stats().active, 0u);
}

}  // namespace
}  // namespace chela::net
