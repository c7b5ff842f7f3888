#pragma once

// From the head of a request to a principal, or to the refusal. Loop thread only.
//
// In this order: the Host header (against DNS rebinding), forwarding headers (only known proxies may speak for others),
// the Origin header (against other sites' pages), the token (in constant time), the lock-out of guessers.

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/net/http_types.hpp"
#include "kernel/core/policy/network.hpp"
#include "kernel/core/policy/principal.hpp"
#include "kernel/core/policy/route_policy.hpp"

namespace chela::policy {

struct AccessRules {
  std::string token;  // empty: no token is asked for, and only loopback peers get here
  bool allow_query_token = false;
  std::vector<std::string> allowed_origins;  // "https://talk.example.com"; "*" for any
  std::vector<std::string> allowed_hosts;    // names besides the loopback ones and the bind address
  std::string bind_address;
  bool trust_forwarded_headers = false;
  std::vector<std::string> known_proxies;  // addresses or networks; loopback is known when forwarding is trusted
};

struct AccessRefusal {
  ErrorCode code;
  std::string message;
  Duration retry_after{};  // of `exhausted`
};

class AccessControl {
 public:
  // More wrong tokens than this from one address within a minute lock it out for the next.
  static constexpr int kWrongTokensMax = 20;

  AccessControl(AccessRules rules, const Clock& clock);

  // For every check from now on. Who was let in before stays in; guessers stay locked out.
  void set_rules(AccessRules rules);
  std::expected<Principal, AccessRefusal> check(const net::RequestHead& head, RouteAccess access);
  const AccessRules& rules() const { return rules_; }
  bool needs_token() const { return !rules_.token.empty(); }

 private:
  struct Guesses {
    int count = 0;
    TimePoint window_end;
  };

  bool is_allowed_host(std::string_view host) const;
  bool is_allowed_origin(const net::RequestHead& head, std::string_view origin) const;
  bool is_known_network(const IpBytes& ip) const;
  bool is_known_proxy(const net::PeerAddress& peer) const;
  std::string client_address(const net::RequestHead& head) const;
  std::expected<void, AccessRefusal> check_token(const net::RequestHead& head, const std::string& guesser);
  void count_wrong_token(const std::string& guesser);

  AccessRules rules_;
  std::vector<Network> proxies_;  // of rules_.known_proxies
  const Clock& clock_;
  std::map<std::string, Guesses> guesses_;  // by address; IPv6 by /64
};

// The token a request presents: Authorization, the WebSocket subprotocol `chela.token.<base64url>`, or the query.
std::string presented_token(const net::RequestHead& head, bool allow_query_token);

}  // namespace chela::policy
