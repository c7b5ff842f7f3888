#include "kernel/core/net/http_target.hpp"

#include <gtest/gtest.h>

#include "kernel/core/net/http_types.hpp"

namespace chela::net {
namespace {

struct Case {
  std::string target;
  const char* path;  // null: refused
  const char* query = "";
};

TEST(HttpTarget, HasOneSpellingOrNone) {
  using namespace std::string_literals;
  const Case cases[] = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/", "/a/"},
      {"/%41%62", "/Ab"},
      {"/a?b=c?d", "/a", "b=c?d"},
      {"/?a=%2f/../", "/", "a=%2f/../"},
      {"/a%20b", "/a b"},
      {"/a;b=c", "/a;b=c"},
      {"/%25", "/%"},
      {"/%252e%252e/", "/%2e%2e/"},  // decoded once, and once only
      {"/...", "/..."},
      {"/.a", "/.a"},
      {"/%c3%bc", "/\xc3\xbc"},
      {"/\xc3\xbc", "/\xc3\xbc"},
      {"http://a/b?c", "/b", "c"},
      {"HTTP://a:80", "/"},
      {"http://a?q", "/", "q"},
      {"", nullptr},
      {"a", nullptr},
      {"*", nullptr},
      {"?a", nullptr},
      {"//", nullptr},
      {"//a", nullptr},
      {"/a//b", nullptr},
      {"/.", nullptr},
      {"/..", nullptr},
      {"/./a", nullptr},
      {"/a/../b", nullptr},
      {"/a/..", nullptr},
      {"/%2e%2e/a", nullptr},
      {"/%2E./a", nullptr},
      {"/a/%2e", nullptr},
      {"/a%2fb", nullptr},
      {"/a%2Fb", nullptr},
      {"/a%5cb", nullptr},
      {"/a\\b", nullptr},
      {"/%00", nullptr},
      {"/%0d%0aX", nullptr},
      {"/%7f", nullptr},
      {"/%", nullptr},
      {"/%4", nullptr},
      {"/%zz", nullptr},
      {"/%c0%af", nullptr},  // overlong slash
      {"/%ff", nullptr},
      {"/%ed%a0%80", nullptr},  // surrogate
      {"/\xff", nullptr},
      {"/a#b", nullptr},
      {"http://", nullptr},
      {"http:///a", nullptr},
      {"http://u@a/", nullptr},
      {"ftp://a/", nullptr},
      {"http://a//b", nullptr},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.target);
    auto target = parse_target("GET", test.target);
    ASSERT_EQ(target.has_value(), test.path != nullptr);
    if (!target) continue;
    EXPECT_EQ(target->path, test.path);
    EXPECT_EQ(target->query, test.query);
  }
  EXPECT_EQ(parse_target("OPTIONS", "*")->path, "*");
}

TEST(HttpTarget, DecodesQueries) {
  RequestHead head;
  head.query = "a=1&b=%C3%BC+x&c&a=2&%64=e=f&bad=%zz&=x";
  EXPECT_EQ(head.query_value("a"), "1");
  EXPECT_EQ(head.query_value("b"), "\xC3\xBC x");
  EXPECT_EQ(head.query_value("c"), "");
  EXPECT_EQ(head.query_value("d"), "e=f");
  EXPECT_EQ(head.query_value("bad"), "%zz");
  EXPECT_EQ(head.query_value("none"), std::nullopt);
  head.query = "";
  EXPECT_EQ(head.query_value(""), std::nullopt);
}

TEST(HttpTarget, ChecksHosts) {
  for (const char* good : {"a", "a.b:1", "127.0.0.1:18789", "[::1]", "[::ffff:1.2.3.4]:65535", "my_host", "a.b.", "a.:1"}) {
    EXPECT_TRUE(is_valid_host(good)) << good;
  }
  for (const char* bad :
       {"", ":80", "a:", "a:b", "a:123456", "a b", "a,b", "[", "[]", "[::1", "[::1]x", "[x]", "a/", "a@b", "::1",
        "a:65536", "a:00080x", ".", "a..b", ".a", "a..", "[1.2.3.4]", "[::1%lo]", "[:::::::::]"}) {
    EXPECT_FALSE(is_valid_host(bad)) << bad;
  }
}

}  // namespace
}  // namespace chela::net
