#include <gtest/gtest.h>

#include "kernel/core/net/egress_proxy.hpp"
#include "kernel/core/net/egress_url.hpp"

namespace chela::net {
namespace {

TEST(EgressUrl, TakesUrlsApart) {
  struct Case {
    const char* text;
    const char* origin;
    const char* path;
    const char* query;
  };
  const Case cases[] = {
      {"http://a.example", "http://a.example", "/", ""},
      {"https://A.Example:443/X", "https://a.example", "/X", ""},
      {"HTTP://h:8080/p/q?x=1&y#f", "http://h:8080", "/p/q", "?x=1&y"},
      {"http://h?x", "http://h", "/", "?x"},
      {"http://h#f", "http://h", "/", ""},
      {"https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443", "/", ""},
      {"http://127.0.0.1:80/", "http://127.0.0.1", "/", ""},
      {"https://h/bot{{secret:T}}/x?k={{secret:K}}", "https://h", "/bot{{secret:T}}/x", "?k={{secret:K}}"},
      {"https://h/a@b:c", "https://h", "/a@b:c", ""},
  };
  for (const Case& c : cases) {
    auto url = parse_egress_url(c.text);
    ASSERT_TRUE(url) << c.text << ": " << url.error().message;
    EXPECT_EQ(url->origin(), c.origin) << c.text;
    EXPECT_EQ(url->path, c.path) << c.text;
    EXPECT_EQ(url->query, c.query) << c.text;
  }
}

TEST(EgressUrl, RefusesWithTheReason) {
  struct Case {
    std::string text;
    const char* words;
  };
  const Case cases[] = {
      {"", "does not begin with"},
      {"h/path", "does not begin with"},
      {"file:///etc/passwd", "only http and https"},
      {"gopher://h/", "only http and https"},
      {"http://", "names no host"},
      {"http:///x", "names no host"},
      {"http://:80/", "names no host"},
      {"http://u:p@h/", "user and password"},
      {"http://u@h/", "user and password"},
      {"http://h:0/", "1 to 65535"},
      {"http://h:65536/", "1 to 65535"},
      {"http://h:8x/", "1 to 65535"},
      {"http://h:/", "1 to 65535"},
      {"http://h:80:80/", "1 to 65535"},
      {"http://h /", "0x20"},
      {"http://h/a b", "0x20"},
      {"http://h/\r\nX: y", "0x0d"},
      {"http://h\\@evil/", "0x5c"},
      {std::string("http://h/\0x", 11), "0x00"},
      {"http://h\xc3\xa9/", "punycode"},
      {"http://h%2f/", "punycode"},
      {"http://[::1/", "closing bracket"},
      {"http://[zz]/", "IPv6"},
      {"http://[cafe.de]/", "IPv6"},
      {"http://[1.2.3.4]/", "IPv6"},
      {"http://[1::2::3]/", "IPv6"},
      {"http://[::1]x/", "IPv6"},
      {"http://{{secret:H}}/", "not in the host"},
      {"http://h/" + std::string(17000, 'a'), "longer than"},
  };
  for (const Case& c : cases) {
    auto url = parse_egress_url(c.text);
    ASSERT_FALSE(url) << c.text;
    EXPECT_EQ(url.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(url.error().message.find(c.words), std::string::npos) << c.text << ": " << url.error().message;
  }
}

TEST(EgressProxy, NoProxyCovers) {
  struct Case {
    const char* no_proxy;
    const char* host;
    bool covered;
  };
  const Case cases[] = {
      {"*", "any.example", true},
      {"", "a.example", false},
      {"a.example", "a.example", true},
      {"A.Example", "a.eXample", true},
      {"a.example", "b.a.example", true},
      {".a.example", "b.a.example", true},
      {".a.example", "a.example", true},
      {"*.a.example", "b.a.example", true},
      {"a.example", "xa.example", false},
      {"example.", "a.example", true},
      {"example", "a.example.", true},
      {"x, localhost ,y", "localhost", true},
      {"x localhost", "localhost", true},
      {"localhost", "127.0.0.1", false},
      {"127.0.0.1", "127.0.0.1", true},
      {"127.0.0.0/8", "127.9.9.9", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"10.0.0.0/33", "10.0.0.1", false},
      {"10.0.0.0/x", "10.0.0.1", false},
      {"2001:db8::/32", "2001:db8:1::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"[::1]", "::1", true},
      {"1.1", "1.1.1.1", false},
  };
  for (const Case& c : cases) EXPECT_EQ(bypasses_proxy(c.no_proxy, c.host), c.covered) << c.no_proxy << " " << c.host;
}

TEST(EgressProxy, Chooses) {
  ProxyEnvironment environment{
      .http = "http-proxy:3128", .https = "http://https-proxy", .all = "", .no_proxy = "inner"};
  ProxyEnvironment only_all{.http = "", .https = "", .all = "socks5://all:1080/", .no_proxy = ""};
  struct Case {
    const ProxyEnvironment& environment;
    const char* setting;
    const char* url;
    const char* proxy;
  };
  const Case cases[] = {
      {environment, "", "http://h/", "http://http-proxy:3128"},
      {environment, "", "https://h/", "http://https-proxy"},
      {environment, "", "https://x.inner/", ""},
      {environment, "none", "https://h/", ""},
      {environment, "SOCKS5H://s:1", "https://x.inner/", "socks5h://s:1"},
      {environment, "http://u:{{secret:P}}@p:1", "https://h/", "http://u:{{secret:P}}@p:1"},
      {only_all, "", "http://h/", "socks5://all:1080"},
      {{}, "", "https://h/", ""},
  };
  for (const Case& c : cases) {
    auto url = parse_egress_url(c.url);
    EXPECT_EQ(choose_proxy(c.environment, c.setting, *url), c.proxy) << c.setting << " " << c.url;
  }
  auto target = *parse_egress_url("http://h/");
  for (const char* bad : {"ftp://p", "http://", "http://:1", "http://p/path", "http://a b", "http://{{secret:H}}",
                          "file:///x", "http://u:pass@"}) {
    auto proxy = choose_proxy({}, bad, target);
    ASSERT_FALSE(proxy) << bad;
    EXPECT_EQ(proxy.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(proxy.error().message.find("pass"), std::string::npos);
  }
}

TEST(EgressProxy, NamesItsHost) {
  EXPECT_EQ(host_of_proxy(""), "");
  EXPECT_EQ(host_of_proxy("http://p:1"), "p");
  EXPECT_EQ(host_of_proxy("socks5://u:p@q"), "q");
  EXPECT_EQ(host_of_proxy("http://[::1]:3128"), "::1");
}

}  // namespace
}  // namespace chela::net
