// TLS, HTTP/2, content codings, and the proxies in front of them.
#include "tests/kernel/core/net/egress/tls_server.hpp"

#include "tests/kernel/core/net/egress/egress_fixture.hpp"
#include "tests/kernel/core/net/egress/test_server.hpp"

namespace chela::net {
namespace {

using namespace std::chrono_literals;

// Started before any test loads the module, which reads the system's authorities once: they are this server's.
class ServerOfTheProgram final : public testing::Environment {
 public:
  void SetUp() override {
    server_ = std::make_unique<TlsServer>();
    ::setenv("SSL_CERT_FILE", server_->certificate().c_str(), 1);
  }
  void TearDown() override { server_.reset(); }
  const TlsServer& server() const { return *server_; }

 private:
  std::unique_ptr<TlsServer> server_;
};

const auto& program = static_cast<ServerOfTheProgram&>(*testing::AddGlobalTestEnvironment(new ServerOfTheProgram));

class EgressTlsTest : public EgressTest {
 protected:
  static const TlsServer& server() { return program.server(); }

  EgressRequest trusted(std::string_view path) const { return get(server().url(path)); }
};

TEST_F(EgressTlsTest, TrustsTheSystemOrTheFile) {
  for (const std::string& file : {std::string(), server().certificate()}) {
    EgressRequest request = trusted("/version");
    request.ca_file = file;
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_TRUE(listener.result) << file << ": " << listener.error();
  }
}

TEST_F(EgressTlsTest, RefusesCertificatesThatDoNotVerify) {
  struct Case {
    const char* name;
    std::string url;
    std::string ca_file;
    ErrorCode code;
  };
  TlsServer other;
  const Case cases[] = {
      {"unknown authority", other.url("/version"), "", ErrorCode::protocol},
      {"not the one asked for", server().url("/version"), other.certificate(), ErrorCode::protocol},
      {"wrong host", server().url("/version", "127.0.0.1"), "", ErrorCode::protocol},
      {"wrong host, own file", server().url("/version", "127.0.0.1"), server().certificate(), ErrorCode::protocol},
      {"no such file", server().url("/version"), "/nonexistent.pem", ErrorCode::invalid_argument},
  };
  for (const Case& c : cases) {
    EgressRequest request = get(c.url);
    request.ca_file = c.ca_file;
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_EQ(listener.code(), c.code) << c.name << ": " << listener.error();
    EXPECT_NE(listener.error().find(": tls: "), std::string::npos) << c.name << ": " << listener.error();
  }
}

TEST_F(EgressTlsTest, SpeaksHttp2OnOneConnection) {
  std::vector<std::unique_ptr<RecordingListener>> listeners;
  RecordingListener before;
  exchange(trusted("/version"), before);
  EXPECT_TRUE(before.body.starts_with("2.0 ")) << before.body << before.error();
  for (int i = 0; i < 50; ++i) {
    listeners.push_back(std::make_unique<RecordingListener>());
    ASSERT_TRUE(client.send(trusted("/version"), *listeners.back()));
  }
  run_until(loop, [&] { return client.stats().active == 0; });
  for (auto& listener : listeners) EXPECT_EQ(listener->body, before.body) << listener->error();
}

TEST_F(EgressTlsTest, FreshRequestsShareTheConnectionBeingMade) {
  std::vector<std::unique_ptr<RecordingListener>> listeners;
  for (int i = 0; i < 20; ++i) {
    listeners.push_back(std::make_unique<RecordingListener>());
    ASSERT_TRUE(client.send(trusted("/version"), *listeners.back()));
  }
  run_until(loop, [&] { return client.stats().active == 0; });
  for (auto& listener : listeners) EXPECT_EQ(listener->body, listeners[0]->body) << listener->error();
}

TEST_F(EgressTlsTest, DecodesWhatItOffers) {
  for (const char* path : {"/gzip", "/br", "/zstd"}) {
    RecordingListener listener;
    exchange(trusted(path), listener);
    EXPECT_EQ(listener.body, "decoded") << path << ": " << listener.error();
  }
}

TEST_F(EgressTlsTest, SendsLargeBodies) {
  EgressRequest request = trusted("/echo");
  request.method = "POST";
  request.body = std::string(3'000'000, 'b') + "end";
  RecordingListener listener;
  exchange(request, listener);
  EXPECT_TRUE(listener.body == request.body) << listener.body.size() << " " << listener.error();
}

TEST_F(EgressTlsTest, BrokenStreamsAreErrors) {
  for (const char* path : {"/reset", "/dies"}) {
    RecordingListener listener, after;
    exchange(trusted(path), listener);
    EXPECT_EQ(listener.code(), ErrorCode::unavailable) << path;
    EXPECT_NE(listener.error().find(": cut short: "), std::string::npos) << path << ": " << listener.error();
    exchange(trusted("/version"), after);
    EXPECT_TRUE(after.result) << after.error();
  }
}

TEST_F(EgressTlsTest, PausedStreamsDoNotStopOthers) {
  struct Case {
    const char* path;
    bool http2;
    std::uint64_t bytes;
  };
  for (const Case& c : {Case{"/medium", true, 800'000}, Case{"/large", false, 20'000'000}}) {
    RecordingListener paused, other, late;
    EgressId id = 0;
    paused.keep_body = false;
    bool may_pause = true;
    paused.on_body_hook = [&] {
      if (may_pause) client.pause(id);
    };
    EgressRequest request = trusted(c.path);
    request.response_bytes_max = c.bytes;
    request.http2 = c.http2;
    id = *client.send(std::move(request), paused);
    run_until(loop, [&] { return paused.body_bytes > 0; });
    exchange(trusted("/version"), other);
    EXPECT_TRUE(other.result) << other.error();
    exchange(trusted("/version"), late);
    EXPECT_TRUE(late.result) << late.error();
    EXPECT_LT(paused.body_bytes, 100'000u);
    EXPECT_EQ(paused.done, 0);
    may_pause = false;
    client.resume(id);
    run_until(loop, [&] { return paused.done > 0; });
    EXPECT_TRUE(paused.result) << paused.error();
    EXPECT_EQ(paused.body_bytes, c.bytes);
  }
}

// Every piece is taken singly, while libcurl has long got the end of the stream.
TEST_F(EgressTlsTest, PauseAfterEachPieceLosesNothing) {
  RecordingListener listener;
  EgressId id = 0;
  bool paused = false;
  listener.on_body_hook = [&] {
    EXPECT_FALSE(paused);
    paused = true;
    client.pause(id);
  };
  EgressRequest request = trusted("/echo");
  request.method = "POST";
  for (int i = 0; i < 60'000; ++i) request.body += fmt::format("{:05} ", i);
  id = *client.send(request, listener);
  run_until(loop, [&] {
    if (std::exchange(paused, false)) client.resume(id);
    return listener.done > 0;
  });
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_TRUE(listener.body == request.body) << listener.body.size();
}

TEST_F(EgressTlsTest, CancelWhileTheRestIsKept) {
  RecordingListener listener;
  EgressId id = 0;
  listener.on_body_hook = [&] { client.pause(id); };
  id = *client.send(trusted("/medium"), listener);
  run_until(loop, [&] { return listener.body_bytes > 0; });
  RecordingListener other, after;
  exchange(trusted("/version"), other);
  client.resume(id);
  client.cancel(id);
  EXPECT_EQ(listener.done, 1);
  EXPECT_EQ(listener.code(), ErrorCode::cancelled);
  exchange(trusted("/version"), after);
  EXPECT_TRUE(after.result) << after.error();
}

TEST_F(EgressTlsTest, CancellingOneStreamLeavesTheOthers) {
  RecordingListener hanging, cancelled, after;
  auto first = *client.send(trusted("/hangs"), hanging);
  auto second = *client.send(trusted("/hangs"), cancelled);
  run_until(loop, [&] { return hanging.body == "part" && cancelled.body == "part"; });
  client.cancel(second);
  EXPECT_EQ(cancelled.code(), ErrorCode::cancelled);
  exchange(trusted("/version"), after);
  EXPECT_TRUE(after.result) << after.error();
  EXPECT_EQ(hanging.done, 0);
  client.cancel(first);
}

TEST_F(EgressTlsTest, TunnelsThroughAnHttpProxyWithoutShowingItTheRequest) {
  std::string seen;
  TestServer proxy([&](TestConnection& connection) {
    seen = connection.read_request();
    connection.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
    connection.relay_to(static_cast<std::uint16_t>(server().port()));
  });
  EgressRequest request = trusted("/version");
  request.headers = {{"authorization", "Bearer top-secret"}};
  request.proxy = fmt::format("http://user:pass@127.0.0.1:{}", proxy.port());
  RecordingListener listener;
  exchange(std::move(request), listener);
  EXPECT_TRUE(listener.result) << listener.error();
  EXPECT_FALSE(listener.headers.find("x-proxy"));
  EXPECT_TRUE(seen.starts_with(fmt::format("CONNECT localhost:{} HTTP/1.1\r\n", server().port()))) << seen;
  EXPECT_NE(seen.find("Proxy-Authorization: Basic dXNlcjpwYXNz"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("top-secret"), std::string::npos);
}

TEST_F(EgressTlsTest, SocksProxiesLookUpNamesThereOrHere) {
  std::atomic<int> address_type = 0;
  TestServer proxy([&](TestConnection& connection) {
    // RFC 1928: version, methods; then version, command, reserved, address type, address, port.
    std::string offer = connection.read_exactly(2);
    if (offer.size() < 2) return;
    connection.read_exactly(static_cast<unsigned char>(offer[1]));
    connection.send(std::string("\x05\x00", 2));
    std::string head = connection.read_exactly(4);
    if (head.size() < 4) return;
    address_type = head[3];
    if (head[3] == 3) {
      auto length = static_cast<unsigned char>(connection.read_exactly(1)[0]);
      EXPECT_EQ(connection.read_exactly(length), "localhost");
    } else {
      connection.read_exactly(4);
    }
    connection.read_exactly(2);
    connection.send(std::string("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
    connection.relay_to(static_cast<std::uint16_t>(server().port()));
  });
  for (auto [scheme, type] : {std::pair("socks5h", 3), std::pair("socks5", 1)}) {
    EgressRequest request = trusted("/version");
    request.proxy = fmt::format("{}://127.0.0.1:{}", scheme, proxy.port());
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_TRUE(listener.result) << scheme << ": " << listener.error();
    EXPECT_EQ(address_type, type) << scheme;
  }
}

}  // namespace
}  // namespace chela::net
