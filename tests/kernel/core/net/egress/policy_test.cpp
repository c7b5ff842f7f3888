// What keeps requests safe: addresses, secrets, redirects, proxies, and what callers may set.
#include <gmock/gmock.h>

#include "tests/kernel/core/net/egress/egress_fixture.hpp"
#include "tests/kernel/core/net/egress/test_server.hpp"

namespace chela::net {
namespace {

Result<std::string> resolve(const SecretUse& use) {
  if (use.name == "TOKEN") return "tok/en?&#\xc3\xa9";
  if (use.name == "KEY") return "sk-123456";
  if (use.name == "LINES") return "a\r\nX-Evil: b";
  if (use.name == "EMPTY") return "";
  if (use.name == "WHO") return fmt::format("{}@{}", use.caller, use.host);
  return fail(ErrorCode::not_found, "no secret of that name");
}

// The policy of this test: what is in `denied`, with the questions it was asked.
struct PolicyLog {
  std::vector<std::string> asked;
  std::vector<std::string> denied_ips;
};

EgressOptions guarded_options(PolicyLog& log) {
  EgressOptions options = direct_options();
  options.resolve_secret = resolve;
  options.address_policy = [&log](const EgressAddress& address) -> Result<void> {
    log.asked.push_back(
        fmt::format("{} {} {}{}", address.caller, address.host, address.ip, address.is_proxy ? " proxy" : ""));
    if (std::ranges::find(log.denied_ips, address.ip) != log.denied_ips.end())
      return fail(ErrorCode::denied, "private addresses are not for plugins");
    return {};
  };
  return options;
}

class EgressPolicyTest : public EgressTest {
 protected:
  EgressPolicyTest() : EgressTest(guarded_options(log)) {}
  static inline PolicyLog log;
  void SetUp() override { log = {}; }
};

TEST_F(EgressPolicyTest, DeniesTheAddressThatIsReallyConnectedTo) {
  std::atomic<int> requests = 0;
  TestServer server([&](TestConnection& connection) {
    while (!connection.read_request().empty()) {
      ++requests;
      connection.respond("x");
    }
  });
  EgressRequest request = get(fmt::format("http://localhost:{}/", server.port()));
  request.caller = "some-plugin";
  log.denied_ips = {"127.0.0.1", "::1"};
  RecordingListener denied, allowed, pooled;
  exchange(request, denied);
  EXPECT_EQ(denied.code(), ErrorCode::denied);
  EXPECT_NE(denied.error().find(": policy: "), std::string::npos) << denied.error();
  EXPECT_NE(denied.error().find("(localhost): private addresses are not for plugins"), std::string::npos);
  EXPECT_EQ(server.connections(), 0);
  EXPECT_THAT(log.asked, testing::Contains("some-plugin localhost 127.0.0.1"));

  log.denied_ips = {};
  exchange(request, allowed);
  EXPECT_TRUE(allowed.result) << allowed.error();
  // The pooled connection is no way around.
  log.denied_ips = {"127.0.0.1", "::1"};
  exchange(request, pooled);
  EXPECT_EQ(pooled.code(), ErrorCode::denied) << pooled.error();
  EXPECT_EQ(requests, 1);
}

TEST_F(EgressPolicyTest, SpellingsOfAnAddressDoNotMatter) {
  TestServer server([](TestConnection& connection) { connection.wait_for_close(); });
  log.denied_ips = {"127.0.0.1", "::1"};
  for (const char* host : {"127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "127.0.0.1."}) {
    RecordingListener listener;
    exchange(get(fmt::format("http://{}:{}/", host, server.port())), listener);
    EXPECT_FALSE(listener.result) << host;
    EXPECT_EQ(server.connections(), 0) << host << ": " << listener.error();
  }
}

TEST_F(EgressPolicyTest, SeesTheProxysAddress) {
  TestServer proxy([](TestConnection& connection) {
    std::string seen = connection.read_request();
    connection.respond(seen.substr(0, seen.find('\r')));
  });
  EgressRequest request = get("http://target.example/x");
  request.proxy = fmt::format("http://127.0.0.1:{}", proxy.port());
  RecordingListener listener, denied;
  exchange(request, listener);
  EXPECT_EQ(listener.body, "GET http://target.example/x HTTP/1.1");
  EXPECT_EQ(log.asked.front(), " 127.0.0.1 127.0.0.1 proxy");
  log.denied_ips = {"127.0.0.1", "::1"};
  exchange(request, denied);
  EXPECT_EQ(denied.code(), ErrorCode::denied);
}

TEST_F(EgressPolicyTest, ProxyRefusalsNameTheLayerAndHideThePassword) {
  TestServer proxy([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  EgressRequest request = get("https://target.example/");
  request.proxy = fmt::format("http://user:{{{{secret:KEY}}}}@127.0.0.1:{}", proxy.port());
  RecordingListener refused, unreachable;
  exchange(request, refused);
  EXPECT_EQ(refused.code(), ErrorCode::unavailable);
  EXPECT_NE(refused.error().find(": proxy: "), std::string::npos) << refused.error();
  EXPECT_EQ(refused.error().find("sk-123456"), std::string::npos) << refused.error();
  request.proxy = "http://127.0.0.1:1";
  exchange(request, unreachable);
  EXPECT_NE(unreachable.error().find(": proxy: "), std::string::npos) << unreachable.error();
}

TEST_F(EgressPolicyTest, ReplacesPlaceholdersJustBeforeSending) {
  std::string seen;
  TestServer server([&](TestConnection& connection) {
    seen = connection.read_request();
    connection.send("broken");
  });
  EgressRequest request = get(server.url("/bot{{secret:TOKEN}}/get?k={{secret:KEY}}"));
  request.caller = "telegram";
  request.headers = {{"authorization", "Bearer {{secret:KEY}}"}, {"x-two", "{{secret:KEY}}-{{secret:WHO}}"}};
  RecordingListener listener;
  exchange(std::move(request), listener);
  EXPECT_TRUE(seen.starts_with("GET /bottok/en%3F%26%23%C3%A9/get?k=sk-123456 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("authorization: Bearer sk-123456\r\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("x-two: sk-123456-telegram@127.0.0.1\r\n"), std::string::npos) << seen;
  EXPECT_TRUE(listener.error().starts_with("GET " + server.url("/bot{{secret:TOKEN}}/get") + ": ")) << listener.error();
}

TEST_F(EgressPolicyTest, RefusesSecretsThatDoNotResolve) {
  struct Case {
    const char* value;
    const char* words;
  };
  const Case cases[] = {
      {"{{secret:NONE}}", "resolving the secret NONE: no secret of that name"},
      {"{{secret:LINES}}", "the secret LINES holds a line break"},
      {"{{secret:EMPTY}}", "the secret EMPTY is empty"},
      {"{{secret:}}", "a placeholder reads"},
      {"{{secret:KEY", "a placeholder reads"},
      {"{{secret:a b}}", "a placeholder reads"},
  };
  for (const Case& c : cases) {
    EgressRequest request = get("http://127.0.0.1:1/");
    request.headers = {{"x", c.value}};
    RecordingListener listener;
    auto id = client.send(std::move(request), listener);
    ASSERT_FALSE(id) << c.value;
    EXPECT_NE(id.error().message.find(c.words), std::string::npos) << c.value << ": " << id.error().message;
    EXPECT_EQ(id.error().message.find("X-Evil"), std::string::npos);
  }
}

TEST_F(EgressPolicyTest, NoSecretReachesAnErrorText) {
  EgressRequest request = get("http://127.0.0.1:1/{{secret:KEY}}");
  RecordingListener listener;
  exchange(std::move(request), listener);
  EXPECT_EQ(listener.error().find("sk-123456"), std::string::npos) << listener.error();

  TestServer server([](TestConnection& connection) {
    std::string seen = connection.read_request();
    std::string path = seen.substr(4, seen.find(' ', 4) - 4);
    connection.send("HTTP/1.1 302 Found\r\nLocation: " + path + "/again\r\nContent-Length: 0\r\n\r\n");
  });
  request = get(server.url("/{{secret:KEY}}"));
  request.follow_redirects = 2;
  RecordingListener redirected;
  exchange(std::move(request), redirected);
  EXPECT_EQ(redirected.error().find("sk-123456"), std::string::npos) << redirected.error();
  EXPECT_NE(redirected.error().find("{{secret:KEY}}/again"), std::string::npos) << redirected.error();
}

TEST_F(EgressPolicyTest, RefusesWhatIsNotTheCallersToSet) {
  struct Case {
    HeaderField header;
    const char* words;
  };
  const Case cases[] = {
      {{"Host", "evil"}, "host is set by the egress client"},
      {{"Content-Length", "1"}, "content-length is set by"},
      {{"Transfer-Encoding", "chunked"}, "transfer-encoding is set by"},
      {{"Proxy-Authorization", "x"}, "proxy-authorization is set by"},
      {{"bad name", "x"}, "not a token"},
      {{"x\r\ny", "x"}, "not a token"},
      {{"", "x"}, "not a token"},
      {{"x", "a\r\nb: c"}, "holds a line break"},
      {{"x", "a\nb"}, "holds a line break"},
      {{"x", std::string_view("a\0b", 3)}, "zero byte"},
  };
  for (const Case& c : cases) {
    EgressRequest request = get("http://127.0.0.1:1/");
    request.headers.add(c.header.name, c.header.value);
    RecordingListener listener;
    auto id = client.send(std::move(request), listener);
    ASSERT_FALSE(id) << c.words;
    EXPECT_EQ(id.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(id.error().message.find(c.words), std::string::npos) << id.error().message;
  }
  for (const char* method : {"", "GET /", "CONNECT", "A\r\nB"}) {
    EgressRequest request = get("http://127.0.0.1:1/");
    request.method = method;
    RecordingListener listener;
    EXPECT_EQ(client.send(std::move(request), listener).error().code, ErrorCode::invalid_argument);
  }
}

TEST_F(EgressPolicyTest, RedirectsAreNotFollowedUnasked) {
  TestServer server([](TestConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 2\r\n\r\nhi");
  });
  RecordingListener listener;
  exchange(get(server.url()), listener);
  EXPECT_EQ(listener.status, 302);
  EXPECT_EQ(listener.body, "hi");
  EXPECT_EQ(listener.headers.find("location"), "/next");
}

// What arrives at the end of one redirect, by status, method and origin.
TEST_F(EgressPolicyTest, RedirectsKeepWhatTheOriginMaySee) {
  std::string seen;
  TestServer other([&](TestConnection& connection) {
    seen = connection.read_request();
    connection.respond("there");
  });
  std::string head;
  TestServer first([&](TestConnection& connection) {
    while (true) {
      std::string request = connection.read_request();
      if (request.empty()) return;
      if (request.contains(" /target ")) {
        seen = request;
        connection.respond("here");
      } else {
        connection.send(head + "Content-Length: 0\r\n\r\n");
      }
    }
  });
  struct Case {
    int status;
    const char* method;
    bool same_origin;
    const char* expected_line;
  };
  const Case cases[] = {
      {301, "GET", true, "GET /target "},   {302, "POST", true, "GET /target "}, {303, "PUT", true, "GET /target "},
      {307, "POST", true, "POST /target "}, {308, "PUT", false, "PUT /target "}, {302, "POST", false, "GET /target "},
      {303, "HEAD", true, "HEAD /target "},
  };
  for (const Case& c : cases) {
    seen.clear();
    std::string location = c.same_origin ? "/target" : other.url("/target");
    head = fmt::format("HTTP/1.1 {} Moved\r\nLocation: {}\r\n", c.status, location);
    EgressRequest request = get(first.url("/start"));
    request.method = c.method;
    request.follow_redirects = 3;
    if (std::string_view(c.method) != "GET" && std::string_view(c.method) != "HEAD") request.body = "payload";
    request.headers = {{"authorization", "Bearer plain"},
                       {"x-api-key", "{{secret:KEY}}"},
                       {"accept", "text/x"},
                       {"content-type", "text/y"}};
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_TRUE(listener.result) << listener.error();
    EXPECT_EQ(listener.status, 200);
    EXPECT_TRUE(seen.starts_with(c.expected_line)) << c.status << " " << c.method << "\n" << seen;
    EXPECT_EQ(seen.contains("Bearer plain"), c.same_origin) << seen;
    EXPECT_EQ(seen.contains("sk-123456"), c.same_origin) << seen;
    EXPECT_TRUE(seen.contains("accept: text/x")) << seen;
    EXPECT_EQ(seen.contains("payload"), std::string_view(c.expected_line).starts_with("P")) << seen;
  }
}

TEST_F(EgressPolicyTest, RedirectsThatAreNotFollowed) {
  std::string location;
  TestServer server([&](TestConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.send("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n");
    }
  });
  struct Case {
    std::string location;
    const char* words;
  };
  const Case cases[] = {
      {"/loop", "protocol: redirected more than 3 times"},
      {"file:///etc/passwd", "protocol: "},
      {"gopher://127.0.0.1/", "protocol: "},
      {"http://user:pass@127.0.0.1/", "protocol: redirected to a URL that cannot be followed"},
      {fmt::format("http://127.0.0.1:1/{{{{secret:KEY}}}}"), ": connect: "},
  };
  for (const Case& c : cases) {
    location = c.location;
    EgressRequest request = get(server.url());
    request.follow_redirects = 3;
    RecordingListener listener;
    exchange(std::move(request), listener);
    EXPECT_EQ(listener.status, 0) << c.location;
    EXPECT_NE(listener.error().find(c.words), std::string::npos) << c.location << ": " << listener.error();
  }
}

// A server must not get a secret by naming it in a redirect.
TEST_F(EgressPolicyTest, PlaceholdersFromServersStayAsTheyAre) {
  std::string seen;
  TestServer server([&](TestConnection& connection) {
    std::string request = connection.read_request();
    if (request.contains(" /start ")) {
      connection.send(
          "HTTP/1.1 302 Found\r\nLocation: /x?{{secret:KEY}}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else {
      seen = request;
      connection.respond("x");
    }
  });
  EgressRequest request = get(server.url("/start"));
  request.follow_redirects = 1;
  RecordingListener listener;
  exchange(std::move(request), listener);
  EXPECT_TRUE(seen.starts_with("GET /x?{{secret:KEY}} ")) << seen << listener.error();
}

}  // namespace
}  // namespace chela::net
