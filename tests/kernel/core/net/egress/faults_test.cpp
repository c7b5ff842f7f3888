// Servers that die, hang, lie and flood; and cancellation in every phase.
#include <fcntl.h>

#include "tests/kernel/core/net/egress/egress_fixture.hpp"
#include "tests/kernel/core/net/egress/test_server.hpp"

namespace chela::net {
namespace {

using namespace std::chrono_literals;

std::string gzipped(const std::string& shell_command) {
  std::string bytes;
  FILE* pipe = ::popen((shell_command + " | gzip -9c").c_str(), "r");
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) bytes.append(buffer, got);
  ::pclose(pipe);
  return bytes;
}

struct Fault {
  const char* name;
  std::function<void(TestConnection&)> behaviour;
  ErrorCode code;
  const char* words;
  int status = 0;  // seen before the error
};

const std::vector<Fault>& faults() {
  static const std::string bomb = gzipped("head -c 50000000 /dev/zero");
  static const std::vector<Fault> kFaults = {
      {"content length short", [](TestConnection& c) { c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); },
       ErrorCode::unavailable, ": cut short: ", 200},
      {"chunk short",
       [](TestConnection& c) { c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf"); },
       ErrorCode::unavailable, ": cut short: ", 200},
      {"last chunk missing",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
         c.send_chunk("whole");
       },
       ErrorCode::unavailable, ": cut short: ", 200},
      {"reset in the body",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
         c.send_chunk("whole");
         c.reset();
       },
       ErrorCode::unavailable, ": cut short: ", -1},
      {"closed without an answer", [](TestConnection&) {}, ErrorCode::unavailable, ": cut short: "},
      {"closed in the head", [](TestConnection& c) { c.send("HTTP/1.1 200 OK\r\nX-Half"); }, ErrorCode::unavailable,
       ": cut short: "},
      {"garbage", [](TestConnection& c) { c.send("\x01\x02 utter garbage\r\n\r\nmore of it"); }, ErrorCode::protocol,
       ": protocol: "},
      {"another protocol", [](TestConnection& c) { c.send("SSH-2.0-OpenSSH_9.2\r\n"); }, ErrorCode::protocol,
       ": protocol: "},
      {"bad chunk size",
       [](TestConnection& c) { c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"); },
       ErrorCode::protocol, ": protocol: ", 200},
      {"unasked upgrade", [](TestConnection& c) { c.send("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"); },
       ErrorCode::protocol, ": protocol: "},
      {"folded header", [](TestConnection& c) { c.send("HTTP/1.1 200 OK\r\nX-A: b\r\n c: d\r\n\r\n"); },
       ErrorCode::protocol, ": protocol: "},
      {"broken gzip", [](TestConnection& c) { c.respond("this is not gzip", "Content-Encoding: gzip\r\n"); },
       ErrorCode::protocol, ": protocol: ", 200},
      {"gzip bomb", [](TestConnection& c) { c.respond(bomb, "Content-Encoding: gzip\r\n"); }, ErrorCode::too_large,
       ": too large: the response's body exceeds 1000000 bytes", 200},
      {"too much announced", [](TestConnection& c) { c.respond(std::string(2'000'000, 'x')); }, ErrorCode::too_large,
       ": too large: ", 200},
      {"one byte too much", [](TestConnection& c) { c.respond(std::string(1'000'001, 'x')); }, ErrorCode::too_large,
       ": too large: ", 200},
      {"endless body",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\n\r\n");
         while (c.send(std::string(65536, 'x'))) {
         }
       },
       ErrorCode::too_large, ": too large: ", 200},
      {"endless head",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\n");
         while (c.send("X-A: " + std::string(1000, 'x') + "\r\n")) {
         }
       },
       ErrorCode::too_large, ": too large: "},
      {"endless header line",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\nX-A: ");
         while (c.send(std::string(65536, 'x'))) {
         }
       },
       ErrorCode::too_large, ": too large: "},
      {"too many fields",
       [](TestConnection& c) {
         c.send("HTTP/1.1 200 OK\r\n");
         for (int i = 0; i < 300; ++i) c.send("X: y\r\n");
         c.send("\r\n");
       },
       ErrorCode::too_large, ": too large: "},
  };
  return kFaults;
}

TEST_F(EgressTest, FaultsOfServersAreErrorsThatNameTheLayer) {
  for (const Fault& fault : faults()) {
    TestServer server([&](TestConnection& connection) {
      connection.read_request();
      fault.behaviour(connection);
    });
    EgressRequest request = get(server.url("/x"));
    request.response_bytes_max = 1'000'000;
    RecordingListener listener;
    exchange(std::move(request), listener);
    ASSERT_FALSE(listener.result) << fault.name;
    EXPECT_EQ(listener.code(), fault.code) << fault.name << ": " << listener.error();
    EXPECT_TRUE(listener.error().starts_with("GET " + server.url("/x") + fault.words))
        << fault.name << ": " << listener.error();
    if (fault.status >= 0) {
      EXPECT_EQ(listener.status, fault.status) << fault.name;
    }
    EXPECT_LE(listener.body_bytes, 1'000'000u) << fault.name;
  }
}

TEST_F(EgressTest, TheClientIsUsableAfterEveryFault) {
  std::atomic<std::size_t> next = 0;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    std::size_t index = next++;
    if (index % 2 == 0) {
      faults()[index / 2].behaviour(connection);
    } else {
      connection.respond("fine");
    }
  });
  for (std::size_t i = 0; i < faults().size(); ++i) {
    EgressRequest bad = get(server.url());
    bad.response_bytes_max = 1'000'000;
    RecordingListener broken, fine;
    exchange(std::move(bad), broken);
    EXPECT_FALSE(broken.result) << faults()[i].name;
    exchange(get(server.url()), fine);
    EXPECT_TRUE(fine.result) << "after " << faults()[i].name << ": " << fine.error();
  }
}

TEST_F(EgressTest, NobodyListens) {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port, 1));
  RecordingListener listener;
  exchange(get(fmt::format("http://127.0.0.1:{}/", port)), listener);
  EXPECT_EQ(listener.code(), ErrorCode::unavailable);
  EXPECT_NE(listener.error().find(": connect: "), std::string::npos) << listener.error();
}

TEST_F(EgressTest, NoSuchHost) {
  RecordingListener listener;
  exchange(get("http://no-such-host.invalid/"), listener);
  EXPECT_EQ(listener.code(), ErrorCode::unavailable);
  EXPECT_NE(listener.error().find(": dns: "), std::string::npos) << listener.error();
}

TEST_F(EgressTest, PlainTextInsteadOfTls) {
  TestServer server([](TestConnection& connection) {
    connection.read_exactly(10);
    connection.respond("plain");
  });
  RecordingListener listener;
  exchange(get(fmt::format("https://127.0.0.1:{}/", server.port())), listener);
  EXPECT_EQ(listener.code(), ErrorCode::unavailable);
  EXPECT_NE(listener.error().find(": tls: "), std::string::npos) << listener.error();
}

// A listening socket whose queue is full: a further connection neither stands nor fails.
class FullServer {
 public:
  FullServer() : listening_(listen_on_loopback(port_, 0)) {
    for (int i = 0; i < 4; ++i) waiting_.push_back(connect_to_loopback(port_, SOCK_NONBLOCK));
  }
  ~FullServer() {
    for (int fd : waiting_) ::close(fd);
    ::close(listening_);
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

 private:
  std::uint16_t port_ = 0;
  int listening_;
  std::vector<int> waiting_;
};

TEST_F(EgressTest, ConnectDeadline) {
  FullServer server;
  RecordingListener listener;
  EgressRequest request = get(server.url());
  request.connect_timeout = 250ms;
  // The module has to be there: its loading counts for the total deadline only.
  RecordingListener first;
  exchange(get("http://127.0.0.1:1/"), first);
  ASSERT_TRUE(client.send(std::move(request), listener));
  for (int i = 0; i < 10; ++i) loop.run_ready();
  clock.advance(249ms);
  loop.run_ready();
  EXPECT_EQ(listener.done, 0);
  clock.advance(1ms);
  loop.run_ready();
  EXPECT_EQ(listener.code(), ErrorCode::timed_out);
  EXPECT_EQ(listener.error(), "GET " + server.url() + ": timeout (connect): no connection to 127.0.0.1 within 250 ms");
}

TEST_F(EgressTest, FirstByteIdleAndTotalDeadlines) {
  std::atomic<bool> got_request = false;
  TestServer silent([&](TestConnection& connection) {
    connection.read_request();
    got_request = true;
    connection.wait_for_close();
  });
  TestServer stuck([&](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send_chunk("x");
    connection.wait_for_close();
  });
  {
    RecordingListener listener;
    ASSERT_TRUE(client.send(get(silent.url()), listener));
    run_until(loop, [&] { return got_request.load(); });
    clock.advance(120s);
    loop.run_ready();
    EXPECT_EQ(listener.code(), ErrorCode::timed_out);
    EXPECT_NE(listener.error().find("timeout (first byte): no answer within 120 s"), std::string::npos);
  }
  {
    RecordingListener listener;
    ASSERT_TRUE(client.send(get(stuck.url()), listener));
    run_until(loop, [&] { return listener.body == "x"; });
    clock.advance(119s);
    loop.run_ready();
    EXPECT_EQ(listener.done, 0);
    clock.advance(1s);
    loop.run_ready();
    EXPECT_NE(listener.error().find("timeout (idle): nothing more was received within 120 s"), std::string::npos);
  }
  {
    RecordingListener listener;
    EgressRequest request = get(stuck.url());
    request.total_timeout = 30s;
    ASSERT_TRUE(client.send(std::move(request), listener));
    run_until(loop, [&] { return listener.body == "x"; });
    clock.advance(30s);
    loop.run_ready();
    EXPECT_NE(listener.error().find("timeout (total): not finished within 30 s"), std::string::npos);
  }
  run_until(loop, [&] { return silent.open_connections() + stuck.open_connections() == 0; });
}

TEST_F(EgressTest, BytesMoveTheIdleDeadline) {
  std::atomic<int> allowed = 0;
  TestServer server([&](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 4; ++i) {
      allowed.wait(i);
      connection.send_chunk("x");
    }
    connection.send("0\r\n\r\n");
  });
  RecordingListener listener;
  ASSERT_TRUE(client.send(get(server.url()), listener));
  for (std::size_t i = 0; i < 4; ++i) {
    ++allowed;
    allowed.notify_one();
    run_until(loop, [&] { return listener.body.size() == i + 1; });
    clock.advance(100s);
    if (i < 3) loop.run_ready();
    EXPECT_EQ(listener.error(), "");
  }
  run_until(loop, [&] { return listener.done > 0; });
}

// Where a request stands when it is cancelled: in every phase on_done() comes before cancel() returns, once, and the
// connection is closed.
TEST_F(EgressTest, CancelInEveryPhase) {
  std::atomic<int> stage = 0;
  TestServer server([&](TestConnection& connection) {
    stage = 1;
    connection.read_request();
    stage = 2;
    connection.wait_for_close();
  });
  TestServer streaming([&](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.send_chunk("x")) {
    }
  });
  FullServer full;
  RecordingListener* current = nullptr;
  struct Case {
    const char* name;
    std::string url;
    std::string proxy;
    std::function<bool()> reached;
  };
  int turns = 0;
  auto some_turns = [&] { return ++turns > 3; };
  const Case cases[] = {
      {"loading the module", server.url(), "none", [] { return true; }},
      {"after the module", server.url(), "none", [&] { return stage >= 1; }},
      {"name lookup", "http://no-such-host.invalid/", "none", some_turns},
      {"connecting", full.url(), "none", some_turns},
      {"tls", fmt::format("https://127.0.0.1:{}/", server.port()), "none", [&] { return stage >= 1; }},
      {"proxy tunnel", "https://h.example/", server.url(), [&] { return stage >= 2; }},
      {"socks", "http://h.example/", fmt::format("socks5h://127.0.0.1:{}", server.port()), [&] { return stage >= 1; }},
      {"waiting for the head", server.url(), "none", [&] { return stage >= 2; }},
      {"in the body", streaming.url(), "none", [&] { return current->body_bytes > 1000; }},
  };
  for (const Case& c : cases) {
    stage = 0;
    turns = 0;
    RecordingListener listener;
    current = &listener;
    EgressRequest request = get(c.url);
    request.proxy = c.proxy;
    auto id = client.send(std::move(request), listener);
    ASSERT_TRUE(id) << c.name << ": " << id.error().message;
    run_until(loop, c.reached);
    EXPECT_EQ(listener.done, 0) << c.name << ": " << listener.error();
    client.cancel(*id);
    EXPECT_EQ(listener.done, 1) << c.name;
    EXPECT_EQ(listener.code(), ErrorCode::cancelled) << c.name;
    client.cancel(*id);
    auto bytes = listener.body_bytes;
    run_until(loop, [&] { return server.open_connections() + streaming.open_connections() == 0; });
    EXPECT_EQ(listener.done, 1) << c.name;
    EXPECT_EQ(listener.body_bytes, bytes) << c.name;
  }
}

TEST_F(EgressTest, CallbacksMayCancelAndSend) {
  TestServer server([](TestConnection& connection) {
    while (!connection.read_request().empty()) connection.respond(std::string(100'000, 'x'));
  });
  EgressId id = 0, other_id = 0;
  RecordingListener in_head, in_body, other, next, after_end;
  in_head.on_head_hook = [&] { client.cancel(id); };
  id = *client.send(get(server.url()), in_head);
  run_until(loop, [&] { return in_head.done > 0; });
  EXPECT_EQ(in_head.code(), ErrorCode::cancelled);
  EXPECT_EQ(in_head.body_bytes, 0u);

  other_id = *client.send(get(server.url()), other);
  in_body.on_body_hook = [&] {
    client.cancel(other_id);
    client.cancel(id);
    EXPECT_TRUE(client.send(get(server.url()), next));
  };
  in_body.on_done_hook = [&] { EXPECT_TRUE(client.send(get(server.url()), after_end)); };
  id = *client.send(get(server.url()), in_body);
  run_until(loop, [&] { return next.done > 0 && after_end.done > 0; });
  EXPECT_EQ(in_body.code(), ErrorCode::cancelled);
  EXPECT_EQ(in_body.done, 1);
  EXPECT_EQ(other.done, 1);
  EXPECT_TRUE(next.result) << next.error();
  EXPECT_TRUE(after_end.result) << after_end.error();
}

TEST(Egress, DestroyingTheClientCancelsWhatIsLeft) {
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n\r\nx");
    connection.wait_for_close();
  });
  Loop loop;
  RecordingListener streaming, loading;
  {
    EgressClient client(loop, direct_options());
    EgressRequest request;
    request.url = server.url();
    ASSERT_TRUE(client.send(request, streaming));
    run_until(loop, [&] { return streaming.body_bytes > 0; });
  }
  EXPECT_EQ(streaming.code(), ErrorCode::cancelled);
  {
    EgressClient client(loop, direct_options());
    EgressRequest request;
    request.url = server.url();
    ASSERT_TRUE(client.send(request, loading));
  }
  EXPECT_EQ(loading.code(), ErrorCode::cancelled);
}

TEST(Egress, AMissingModuleFailsRequestsAndIsTriedAgain) {
  Loop loop;
  EgressOptions options = direct_options();
  options.module_path = "/nonexistent/libchela_egress.so";
  EgressClient client(loop, std::move(options));
  for (int i = 0; i < 2; ++i) {
    RecordingListener listener;
    EgressRequest request;
    request.url = "http://127.0.0.1:1/";
    ASSERT_TRUE(client.send(request, listener));
    run_until(loop, [&] { return listener.done > 0; });
    EXPECT_EQ(listener.code(), ErrorCode::not_found);
    EXPECT_NE(listener.error().find("loading the egress module: checking /nonexistent/"), std::string::npos)
        << listener.error();
  }
}

TEST(Egress, RefusesMoreThanItsMaximum) {
  Loop loop;
  EgressOptions options = direct_options();
  options.requests_max = 1;
  RecordingListener first, second;
  EgressClient client(loop, std::move(options));
  EgressRequest request;
  request.url = "http://127.0.0.1:1/";
  ASSERT_TRUE(client.send(request, first));
  EXPECT_EQ(client.send(request, second).error().code, ErrorCode::exhausted);
}

}  // namespace
}  // namespace chela::net
