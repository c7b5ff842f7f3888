#include "kernel/core/net/headers.hpp"

#include <gtest/gtest.h>

#include "kernel/core/net/http_types.hpp"
#include "kernel/core/net/peer_address.hpp"

#include <uv.h>

namespace chela::net {
namespace {

TEST(Headers, KeepOrderAndIgnoreCase) {
  Headers headers{{"Host", "a"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers.find("HOST"), "a");
  EXPECT_EQ(headers.find("x-a"), "1");
  EXPECT_EQ(headers.count("X-a"), 2u);
  EXPECT_EQ(headers.find("none"), std::nullopt);
  headers.set("X-A", *headers.find("host"));
  std::string all;
  for (auto field : headers) all += fmt::format("{}={};", field.name, field.value);
  EXPECT_EQ(all, "Host=a;X-A=a;");
  headers.remove("host");
  EXPECT_EQ(headers.size(), 1u);
}

TEST(Headers, FindTokensInLists) {
  Headers headers{{"Connection", "keep-alive, Upgrade"}, {"connection", " ,close"}};
  EXPECT_TRUE(headers.has_token("connection", "upgrade"));
  EXPECT_TRUE(headers.has_token("Connection", "close"));
  EXPECT_FALSE(headers.has_token("connection", "up"));
  EXPECT_EQ(list_values(headers, "connection"), (std::vector<std::string_view>{"keep-alive", "Upgrade", "close"}));
}

PeerAddress peer(const char* text) {
  sockaddr_storage storage{};
  if (uv_ip4_addr(text, 7, reinterpret_cast<sockaddr_in*>(&storage)) != 0) {
    uv_ip6_addr(text, 7, reinterpret_cast<sockaddr_in6*>(&storage));
  }
  return PeerAddress::from(reinterpret_cast<const sockaddr&>(storage));
}

TEST(PeerAddress, HasOneSpellingPerPeer) {
  EXPECT_EQ(peer("127.0.0.2").ip_text(), "127.0.0.2");
  EXPECT_EQ(peer("::ffff:10.1.2.3").ip_text(), "10.1.2.3");
  EXPECT_EQ(peer("::ffff:10.1.2.3").ip, peer("10.1.2.3").ip);
  EXPECT_EQ(peer("2001:db8::1").ip_text(), "2001:db8::1");
  EXPECT_EQ(peer("2001:db8::1").port, 7);
  EXPECT_TRUE(peer("127.255.0.1").is_loopback());
  EXPECT_TRUE(peer("::1").is_loopback());
  EXPECT_TRUE(peer("::ffff:127.0.0.1").is_loopback());
  EXPECT_FALSE(peer("128.0.0.1").is_loopback());
  EXPECT_FALSE(peer("::2").is_loopback());
}

}  // namespace
}  // namespace chela::net
