#include "kernel/gateway/plugin_route_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chela::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kToken = "the-token-of-the-gateway";

net::RequestHead request(net::Headers headers, std::string target = "/hook") {
  return {.method = "GET", .target = std::move(target), .headers = std::move(headers)};
}

TEST(HeadersForPlugin, LeavesOutWhatIsNoneOfItsBusiness) {
  auto head = request({{"Cookie", "a=b"}, {"Connection", "close, X-Hop"}, {"X-Hop", "1"}, {"X-Forwarded-For", "1.2.3.4"},
                       {"Transfer-Encoding", "chunked"}, {"Sec-WebSocket-Protocol", "chela.token.abc"}, {"X-Sign", "s"}});
  EXPECT_THAT(headers_for_plugin(head, false, kToken), ElementsAre(Pair("x-sign", "s")));
}

TEST(HeadersForPlugin, KeepsTheAuthorizationThatThePluginChecks) {
  auto own = request({{"Authorization", "Basic dTpw"}});
  EXPECT_THAT(headers_for_plugin(own, false, kToken), ElementsAre(Pair("authorization", "Basic dTpw")));
  EXPECT_THAT(headers_for_plugin(own, true, kToken), IsEmpty());
  auto gateways = request({{"Authorization", "Bearer the-token-of-the-gateway"}});
  EXPECT_THAT(headers_for_plugin(gateways, false, kToken), IsEmpty());
}

TEST(TargetForPlugin, LosesTheTokenOnlyWhereItAuthorises) {
  auto head = request({}, "/hook?a=1&token=secret&%74oken=s&b=2");
  EXPECT_EQ(target_for_plugin(head, true), "/hook?a=1&b=2");
  EXPECT_EQ(target_for_plugin(head, false), head.target);
  EXPECT_EQ(target_for_plugin(request({}, "/hook?token=x"), true), "/hook");
  EXPECT_EQ(target_for_plugin(request({}, "http://host:80/a?b"), false), "/a?b");
  EXPECT_EQ(target_for_plugin(request({}, "http://host"), false), "/");
}

TEST(HeadersFromPlugin, DropsWhatWouldBeTheGateways) {
  runtime::RouteHead head{200, {{"content-type", "text/html"}, {"set-cookie", "a=b"}, {"connection", "close, x-hop"},
                                {"x-hop", "1"}, {"content-length", "3"}, {"strict-transport-security", "max-age=1"},
                                {"access-control-allow-origin", "*"}, {"x-frame-options", "ALLOWALL"}}};
  auto headers = headers_from_plugin(head, true);
  ASSERT_TRUE(headers);
  for (auto name : {"set-cookie", "connection", "x-hop", "content-length", "strict-transport-security",
                    "access-control-allow-origin"}) {
    EXPECT_FALSE(headers->find(name)) << name;
  }
  EXPECT_EQ(headers->value_or("content-type", ""), "text/html");
  EXPECT_EQ(headers->value_or("x-frame-options", ""), "DENY");
  EXPECT_EQ(headers->value_or("x-content-type-options", ""), "nosniff");
  EXPECT_TRUE(headers->value_or("content-security-policy", "").starts_with("sandbox"));
  auto open = headers_from_plugin(head, false);
  EXPECT_EQ(open->value_or("access-control-allow-origin", ""), "*");
}

TEST(HeadersFromPlugin, KeepsThePluginsPolicyBesideItsOwn) {
  auto headers = headers_from_plugin({200, {{"content-security-policy", "default-src 'self'"}}}, true);
  EXPECT_EQ(headers->count("content-security-policy"), 2u);
}

TEST(HeadersFromPlugin, RefusesWhatIsNoHeader) {
  for (auto [name, value] : {std::pair("x y", "1"), std::pair("", "1"), std::pair("x", "a\r\nb: c"),
                             std::pair("x", "a\nb"), std::pair("x:", "1")}) {
    auto headers = headers_from_plugin({200, {{name, value}}}, true);
    ASSERT_FALSE(headers) << name;
    EXPECT_EQ(headers.error().code, ErrorCode::protocol);
  }
}

}  // namespace
}  // namespace chela::gateway
