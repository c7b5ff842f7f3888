#include "kernel/core/policy/access.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fake_clock.hpp"

namespace chela::policy {
namespace {

using testing::HasSubstr;

constexpr const char* kToken = "correct-horse-battery";

net::PeerAddress peer(const char* address) {
  net::PeerAddress out;
  in_addr ipv4{};
  if (::inet_pton(AF_INET, address, &ipv4) == 1) {
    out.ip[10] = out.ip[11] = 0xff;
    std::memcpy(out.ip.data() + 12, &ipv4, 4);
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, address, out.ip.data()), 1) << address;
  }
  return out;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

net::RequestHead head(const Fields& fields, const char* from = "127.0.0.1", std::string query = "") {
  net::RequestHead out;
  out.method = "GET";
  out.path = "/api/status";
  out.query = std::move(query);
  bool has_host = false;
  for (const auto& [name, value] : fields) {
    out.headers.add(name, value);
    has_host = has_host || name == "Host";
  }
  if (!has_host) out.headers.add("Host", "localhost:18789");
  out.peer = peer(from);
  return out;
}

class AccessTest : public testing::Test {
 protected:
  // "ok", or the code of the refusal.
  std::string verdict(const AccessRules& rules, const net::RequestHead& request,
                      RouteAccess access = RouteAccess::operator_write) {
    AccessControl control(rules, clock);
    auto checked = control.check(request, access);
    last_message = checked ? "" : checked.error().message;
    return checked ? "ok" : std::string(name_of(checked.error().code));
  }

  FakeClock clock;
  std::string last_message;
};

TEST_F(AccessTest, ServesOnlyItsOwnNames) {
  const AccessRules closed{.bind_address = "127.0.0.1"};
  const AccessRules on_lan{.token = kToken, .bind_address = "192.168.1.5"};
  const AccessRules named{.token = kToken, .allowed_hosts = {"chat.example.com"}, .bind_address = "2001:db8::5"};
  struct Row {
    const char* host;
    bool without_token;
    bool with_token;
    bool with_names;
  };
  const Row kTable[] = {
      {"localhost", true, true, true},
      {"LOCALHOST:18789", true, true, true},
      {"localhost.", true, true, true},
      {"localhost.:80", true, true, true},
      {"app.localhost:18789", true, true, true},
      {"127.0.0.1:18789", true, true, true},
      {"[::1]:18789", true, true, true},
      {"[::1]", true, true, true},
      // Names that an attacker's DNS may point at this machine, and what looks like ours.
      {"evil.example", false, true, false},
      {"evil.example:18789", false, true, false},
      {"127.0.0.1.evil.example", false, true, false},
      {"localhost.evil.example", false, true, false},
      {"evillocalhost", false, true, false},
      {"localhost:18789.evil.example", false, true, false},
      {"127.0.0.1:18789@evil.example", false, true, false},
      {"evil.example@127.0.0.1", false, true, false},
      {"[::1]evil.example", false, true, false},
      {"[::1].evil.example:80", false, true, false},
      {"[::ffff:127.0.0.1]", false, true, false},
      {"127.1", false, true, false},
      {"2130706433", false, true, false},
      {"0x7f000001", false, true, false},
      {"0.0.0.0:18789", false, true, false},
      {"", false, true, false},
      {":18789", false, true, false},
      {".", false, true, false},
      {"chat.example.com", false, true, true},
      {"Chat.Example.COM.:443", false, true, true},
      {"chat.example.com.evil.example", false, true, false},
      {"[2001:db8::5]:18789", false, true, true},
  };
  const std::pair<std::string, std::string> kBearer{"Authorization", std::string("Bearer ") + kToken};
  for (const auto& row : kTable) {
    EXPECT_EQ(verdict(closed, head({{"Host", row.host}})), row.without_token ? "ok" : "denied") << row.host;
    EXPECT_EQ(verdict(on_lan, head({{"Host", row.host}, kBearer})), row.with_token ? "ok" : "denied") << row.host;
    EXPECT_EQ(verdict(named, head({{"Host", row.host}, kBearer})), row.with_names ? "ok" : "denied") << row.host;
  }
  EXPECT_EQ(verdict({.bind_address = "192.168.1.5"}, head({{"Host", "192.168.1.5:18789"}})), "ok");
  verdict(closed, head({{"Host", "evil.example"}}));
  EXPECT_EQ(last_message, "the name `evil.example` is not served here; add it to gateway.security.allowedHosts");
}

TEST_F(AccessTest, OpenRoutesToo) {
  EXPECT_EQ(verdict({.bind_address = "127.0.0.1"}, head({{"Host", "evil.example"}}), RouteAccess::open), "denied");
}

TEST_F(AccessTest, PagesOfOtherSitesAreKeptOut) {
  const AccessRules plain{.bind_address = "127.0.0.1"};
  const AccessRules listed{.allowed_origins = {"https://chat.example.com"}, .bind_address = "127.0.0.1"};
  const AccessRules any{.allowed_origins = {"*"}, .bind_address = "127.0.0.1"};
  struct Row {
    const char* origin;
    bool plain;
    bool listed;
  };
  const Row kTable[] = {{"http://localhost:18789", true, true},
                        {"HTTP://LOCALHOST:18789", true, true},
                        {"http://localhost", false, false},
                        {"http://localhost:18790", false, false},
                        {"http://localhost:187890", false, false},
                        {"https://localhost:18789", false, false},
                        {"http://127.0.0.1:18789", false, false},  // asked for localhost
                        {"http://localhost:18789.evil.example", false, false},
                        {"http://evil.example", false, false},
                        {"http://evil.localhost:18789", false, false},
                        {"null", false, false},
                        {"", false, false},
                        {"https://chat.example.com", false, true},
                        {"https://chat.example.com:8443", false, false},
                        {"https://chat.example.com.evil.example", false, false},
                        {"https://evil.example/https://chat.example.com", false, false},
                        {"http://chat.example.com", false, false},
                        {"https://chat.example.com/", false, false}};
  for (const auto& row : kTable) {
    for (auto access : {RouteAccess::page, RouteAccess::operator_read, RouteAccess::operator_write}) {
      EXPECT_EQ(verdict(plain, head({{"Origin", row.origin}}), access), row.plain ? "ok" : "denied") << row.origin;
      EXPECT_EQ(verdict(listed, head({{"Origin", row.origin}}), access), row.listed ? "ok" : "denied") << row.origin;
      EXPECT_EQ(verdict(any, head({{"Origin", row.origin}}), access), "ok") << row.origin;
    }
    EXPECT_EQ(verdict(plain, head({{"Origin", row.origin}}), RouteAccess::open), "ok");
  }
  EXPECT_EQ(verdict(plain, head({})), "ok");
  EXPECT_EQ(verdict(plain, head({{"Origin", "http://localhost:18789"}, {"Origin", "http://localhost:18789"}})),
            "denied");
  EXPECT_EQ(verdict(plain, head({{"Origin", "http://localhost:18789, http://evil.example"}})), "denied");
  EXPECT_THAT(last_message, HasSubstr("gateway.security.allowedOrigins"));
}

TEST_F(AccessTest, AllowedOriginsStillNeedTheToken) {
  const AccessRules rules{.token = kToken, .allowed_origins = {"*"}, .bind_address = "127.0.0.1"};
  EXPECT_EQ(verdict(rules, head({{"Origin", "https://evil.example"}})), "unauthenticated");
}

TEST_F(AccessTest, WithoutATokenOnlyThisMachineIsServed) {
  const AccessRules rules{.bind_address = "127.0.0.1"};
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_EQ(verdict(rules, head({}, address)), "ok") << address;
  for (const char* address : {"192.168.1.7", "2001:db8::1"}) {
    EXPECT_EQ(verdict(rules, head({}, address)), "unauthenticated") << address;
    EXPECT_EQ(verdict(rules, head({}, address), RouteAccess::page), "ok") << address;
  }
}

TEST_F(AccessTest, AProxyNeedsATokenWhetherItIsTrustedOrNot) {
  for (bool trusted : {false, true}) {
    const AccessRules rules{
        .bind_address = "127.0.0.1", .trust_forwarded_headers = trusted, .known_proxies = {"127.0.0.1"}};
    for (const char* name : {"X-Forwarded-For", "Forwarded", "X-Real-IP"}) {
      EXPECT_EQ(verdict(rules, head({{name, "203.0.113.9"}})), "denied") << name << trusted;
      EXPECT_EQ(verdict(rules, head({{name, "127.0.0.1"}})), "denied") << name << trusted;
      EXPECT_EQ(verdict(rules, head({{name, "203.0.113.9"}}), RouteAccess::open), "ok") << name;
    }
  }
  verdict({.bind_address = "127.0.0.1"}, head({{"X-Forwarded-For", "203.0.113.9"}}));
  EXPECT_THAT(last_message, HasSubstr("set gateway.auth.token"));
}

TEST_F(AccessTest, TheClientIsWhoTheLastKnownProxySays) {
  struct Row {
    bool trusted;
    const char* peer;
    std::vector<std::string> forwarded;
    const char* client;
    const char* key;
  };
  const Row kTable[] = {
      {false, "127.0.0.1", {"203.0.113.9"}, "127.0.0.1", "ip:127.0.0.1"},
      {false, "10.0.0.2", {"203.0.113.9"}, "10.0.0.2", "ip:10.0.0.2"},
      {true, "127.0.0.1", {}, "127.0.0.1", "ip:127.0.0.1"},
      {true, "127.0.0.1", {"203.0.113.9"}, "203.0.113.9", "ip:203.0.113.9"},
      {true, "10.0.0.2", {"203.0.113.9"}, "203.0.113.9", "ip:203.0.113.9"},
      {true, "10.0.0.3", {"203.0.113.9"}, "10.0.0.3", "ip:10.0.0.3"},  // a stranger's word
      {true,
       "10.0.0.2",
       {"198.51.100.1, 203.0.113.9"},
       "203.0.113.9",
       "ip:203.0.113.9"},  // the client may say what it likes
      {true, "10.0.0.2", {"198.51.100.1", "203.0.113.9"}, "203.0.113.9", "ip:203.0.113.9"},
      {true, "10.0.0.2", {"203.0.113.9, 10.0.0.2"}, "203.0.113.9", "ip:203.0.113.9"},  // two proxies of ours
      {true, "10.0.0.2", {"10.0.0.2"}, "10.0.0.2", "ip:10.0.0.2"},
      {true, "10.0.0.2", {""}, "10.0.0.2", "ip:10.0.0.2"},
      {true, "10.0.0.2", {"203.0.113.9:4711"}, "203.0.113.9", "ip:203.0.113.9"},
      {true, "10.0.0.2", {"2001:db8:1:2:3::9"}, "2001:db8:1:2:3::9", "ip:20010db800010002"},
      {true, "10.0.0.2", {"[2001:db8:1:2:3::9]:4711"}, "2001:db8:1:2:3::9", "ip:20010db800010002"},
      {true, "10.0.0.2", {"::ffff:203.0.113.9"}, "::ffff:203.0.113.9", "ip:203.0.113.9"},
      {false, "2001:db8:1:2:3::9", {}, "2001:db8:1:2:3::9", "ip:20010db800010002"},
  };
  for (const auto& row : kTable) {
    AccessRules rules{.token = kToken,
                      .bind_address = "0.0.0.0",
                      .trust_forwarded_headers = row.trusted,
                      .known_proxies = {"10.0.0.2"}};
    AccessControl control(rules, clock);
    Fields fields = {{"Authorization", std::string("Bearer ") + kToken}};
    for (const auto& value : row.forwarded) fields.emplace_back("X-Forwarded-For", value);
    auto principal = control.check(head(fields, row.peer), RouteAccess::operator_read);
    ASSERT_TRUE(principal) << principal.error().message;
    EXPECT_EQ(principal->address, row.client);
    EXPECT_EQ(principal->key, row.key);
    EXPECT_EQ(principal->role, Role::operator_role);
  }
}

TEST_F(AccessTest, KnownProxiesMayBeNetworks) {
  AccessControl control({.token = kToken,
                         .bind_address = "0.0.0.0",
                         .trust_forwarded_headers = true,
                         .known_proxies = {"10.0.0.0/8", "2001:db8:aa::/48", "10.0.0.0/99"}},
                        clock);
  auto client = [&](const char* from, const char* hops) {
    auto checked = control.check(
        head({{"Authorization", std::string("Bearer ") + kToken}, {"X-Forwarded-For", hops}}, from),
        RouteAccess::operator_read);
    return checked ? checked->address : checked.error().message;
  };
  EXPECT_EQ(client("10.9.8.7", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client("10.9.8.7", "203.0.113.9, 10.1.1.1, [2001:db8:aa::1]:80"), "203.0.113.9");
  EXPECT_EQ(client("2001:db8:aa:1::7", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client("11.0.0.1", "203.0.113.9"), "11.0.0.1");
  EXPECT_EQ(client("10.9.8.7", "unknown"), "unknown");
}

TEST_F(AccessTest, OtherRulesCountAtOnceAndLockOutsStay) {
  AccessControl control({.token = kToken, .bind_address = "0.0.0.0"}, clock);
  auto with = [&](const char* token, const char* from) {
    auto checked = control.check(head({{"Authorization", std::string("Bearer ") + token}}, from),
                                 RouteAccess::operator_read);
    return checked ? std::string("ok") : std::string(name_of(checked.error().code));
  };
  EXPECT_EQ(with(kToken, "192.0.2.1"), "ok");
  for (int i = 0; i <= AccessControl::kWrongTokensMax; ++i) with("wrong", "192.0.2.9");
  control.set_rules({.token = "another-long-token", .allowed_hosts = {"localhost"}, .bind_address = "0.0.0.0"});
  EXPECT_EQ(with(kToken, "192.0.2.1"), "unauthenticated");
  EXPECT_EQ(with("another-long-token", "192.0.2.1"), "ok");
  EXPECT_EQ(with("another-long-token", "192.0.2.9"), "exhausted");
  EXPECT_FALSE(control.check(head({{"Host", "evil.example"}}, "192.0.2.1"), RouteAccess::open));
}

TEST_F(AccessTest, OriginsBehindAKnownProxyAreThoseOfTheProxy) {
  AccessRules rules{
      .token = kToken, .allowed_hosts = {"internal"}, .bind_address = "127.0.0.1", .trust_forwarded_headers = true};
  Fields fields = {{"Authorization", std::string("Bearer ") + kToken},
                   {"Host", "internal"},
                   {"X-Forwarded-Host", "chat.example.com"},
                   {"X-Forwarded-Proto", "https"},
                   {"Origin", "https://chat.example.com"}};
  EXPECT_EQ(verdict(rules, head(fields)), "ok");
  EXPECT_EQ(verdict(rules, head(fields, "10.0.0.9")), "denied");  // anyone could say so
  rules.trust_forwarded_headers = false;
  EXPECT_EQ(verdict(rules, head(fields)), "denied");
}

TEST_F(AccessTest, TheTokenIsTakenFromThreePlaces) {
  // base64url of the token, and of another.
  constexpr const char* kRight = "chela.v1, chela.token.Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";
  constexpr const char* kWrong = "chela.v1, chela.token.d3Jvbmc";
  struct Row {
    Fields fields;
    const char* query;
    const char* verdict;
    const char* verdict_with_query;
  };
  const Row kTable[] = {
      {{}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "Bearer correct-horse-battery"}}, "", "ok", "ok"},
      {{{"Authorization", "bearer  correct-horse-battery "}}, "", "ok", "ok"},
      {{{"Authorization", "Bearer Correct-horse-battery"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "Bearer correct-horse-batter"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "Bearer correct-horse-battery2"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "Bearer "}}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "Basic correct-horse-battery"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Authorization", "correct-horse-battery"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Sec-WebSocket-Protocol", kRight}}, "", "ok", "ok"},
      {{{"Sec-WebSocket-Protocol", kWrong}}, "", "unauthenticated", "unauthenticated"},
      {{{"Sec-WebSocket-Protocol", "chela.token.***"}}, "", "unauthenticated", "unauthenticated"},
      {{{"Sec-WebSocket-Protocol", "chela.v1"}}, "", "unauthenticated", "unauthenticated"},
      {{}, "token=correct-horse-battery", "unauthenticated", "ok"},
      {{}, "a=b&token=correct%2Dhorse-battery", "unauthenticated", "ok"},
      {{}, "token=wrong", "unauthenticated", "unauthenticated"},
      {{}, "Token=correct-horse-battery", "unauthenticated", "unauthenticated"},
      // The header decides when there are several.
      {{{"Authorization", "Bearer wrong"}}, "token=correct-horse-battery", "unauthenticated", "unauthenticated"},
  };
  for (const auto& row : kTable) {
    AccessRules rules{.token = kToken, .bind_address = "127.0.0.1"};
    EXPECT_EQ(verdict(rules, head(row.fields, "127.0.0.1", row.query)), row.verdict) << row.query;
    rules.allow_query_token = true;
    EXPECT_EQ(verdict(rules, head(row.fields, "127.0.0.1", row.query)), row.verdict_with_query) << row.query;
  }
}

TEST_F(AccessTest, RoutesWithoutSecretsNeedNoToken) {
  AccessControl control({.token = kToken, .bind_address = "127.0.0.1"}, clock);
  for (auto access : {RouteAccess::open, RouteAccess::page}) {
    auto principal = control.check(head({}), access);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->role, Role::anonymous);
  }
  for (auto access : {RouteAccess::operator_read, RouteAccess::operator_write})
    EXPECT_FALSE(control.check(head({}), access));
}

TEST_F(AccessTest, GuessersAreLockedOutAMinute) {
  AccessControl control({.token = kToken, .bind_address = "::"}, clock);
  auto guess = [&](const char* from, const char* token) {
    auto checked =
        control.check(head({{"Authorization", std::string("Bearer ") + token}}, from), RouteAccess::operator_read);
    return checked ? std::string("ok") : std::string(name_of(checked.error().code));
  };
  for (int i = 0; i <= AccessControl::kWrongTokensMax; ++i) {
    EXPECT_EQ(guess("2001:db8:1:2::1", "wrong"), "unauthenticated");
    clock.advance(std::chrono::seconds(2));
  }
  // Locked for a minute from the last guess on, the right token too; the whole /64, and nobody else.
  EXPECT_EQ(guess("2001:db8:1:2::1", kToken), "exhausted");
  EXPECT_EQ(guess("2001:db8:1:2:ffff::7", kToken), "exhausted");
  EXPECT_EQ(guess("2001:db8:1:3::1", kToken), "ok");
  EXPECT_EQ(guess("192.0.2.1", kToken), "ok");
  auto refused = control.check(head({}, "2001:db8:1:2::1"), RouteAccess::operator_read);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::exhausted);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(58));
  EXPECT_TRUE(control.check(head({}, "2001:db8:1:2::1"), RouteAccess::page));
  clock.advance(std::chrono::seconds(57));
  EXPECT_EQ(guess("2001:db8:1:2::1", kToken), "exhausted");
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(guess("2001:db8:1:2::1", kToken), "ok");
}

TEST_F(AccessTest, SingleAddressesAreLockedOutAlone) {
  AccessControl control(
      {.token = kToken, .bind_address = "0.0.0.0", .trust_forwarded_headers = true, .known_proxies = {"10.0.0.2"}},
      clock);
  auto guess = [&](const std::string& client, const char* token) {
    auto checked = control.check(
        head({{"Authorization", std::string("Bearer ") + token}, {"X-Forwarded-For", client}}, "10.0.0.2"),
        RouteAccess::operator_read);
    return checked ? std::string("ok") : std::string(name_of(checked.error().code));
  };
  for (int i = 0; i <= AccessControl::kWrongTokensMax; ++i) guess("203.0.113.9", "wrong");
  EXPECT_EQ(guess("203.0.113.9", kToken), "exhausted");
  EXPECT_EQ(guess("203.0.113.10", kToken), "ok");  // behind the same proxy
  for (int i = 0; i <= AccessControl::kWrongTokensMax; ++i) guess("2001:db8::" + std::to_string(i), "wrong");
  EXPECT_EQ(guess("2001:db8::ffff", kToken), "exhausted");  // one network, however many addresses
}

TEST_F(AccessTest, AFewSlipsAreForgotten) {
  AccessControl control({.token = kToken, .bind_address = "127.0.0.1"}, clock);
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < AccessControl::kWrongTokensMax; ++i) {
      EXPECT_FALSE(control.check(head({{"Authorization", "Bearer wrong"}}), RouteAccess::operator_read));
    }
    EXPECT_TRUE(control.check(head({{"Authorization", std::string("Bearer ") + kToken}}), RouteAccess::operator_read));
    clock.advance(std::chrono::seconds(61));
  }
}

TEST(RoutePolicy, NamesEveryAccess) {
  EXPECT_EQ(name_of(RouteAccess::open), "open");
  EXPECT_EQ(name_of(RouteAccess::operator_write), "operator_write");
  EXPECT_EQ(RoutePolicy(RouteAccess::page, 7).body_bytes_max(), 7u);
}

}  // namespace
}  // namespace chela::policy
