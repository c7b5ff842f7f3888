#include "kernel/core/policy/access.hpp"

#include <algorithm>
#include <ranges>
#include <span>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/websocket_handshake.hpp"

namespace chela::policy {
namespace {

constexpr auto kGuessWindow = std::chrono::minutes(1);
constexpr std::size_t kGuessersMax = 10'000;
constexpr std::string_view kTokenProtocol = "chela.token.";

std::unexpected<AccessRefusal> refuse(ErrorCode code, std::string message) {
  return std::unexpected(AccessRefusal{code, std::move(message), {}});
}

// "Example.com:8080" and "[::1]:80" without the port, in lower case, without a final dot.
std::string host_name(std::string_view host) {
  auto port = host.rfind(':');
  bool has_port =
      port != std::string_view::npos && host.find_first_not_of("0123456789", port + 1) == std::string_view::npos;
  if (has_port && (!host.starts_with('[') || host.substr(0, port).ends_with(']'))) host = host.substr(0, port);
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower(host);
}

bool is_loopback_name(std::string_view name) {
  return name == "localhost" || name == "[::1]" || name == "127.0.0.1" || name.ends_with(".localhost");
}

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::any_of(list, [&](const std::string& entry) { return equal_ignoring_case(entry, value); });
}

// Guessers hold a whole IPv6 network; IPv4 addresses are single.
std::string network_of(const std::string& address) {
  auto ip = parse_ip(address);
  if (!ip) return address;
  if (net::PeerAddress{*ip}.is_ipv4()) return net::PeerAddress{*ip}.ip_text();
  return to_hex({reinterpret_cast<const char*>(ip->data()), 8});
}

// What a proxy says of the client, without brackets and port: "203.0.113.9:4711", "[2001:db8::1]:4711".
std::string_view address_of_hop(std::string_view hop) {
  if (hop.starts_with('[')) return hop.substr(1, hop.find(']') - 1);
  auto colon = hop.find(':');
  return colon == hop.rfind(':') ? hop.substr(0, colon) : hop;
}

}  // namespace

std::string presented_token(const net::RequestHead& head, bool allow_query_token) {
  auto authorization = head.headers.value_or("authorization", "");
  if (authorization.size() > 7 && equal_ignoring_case(authorization.substr(0, 7), "bearer ")) {
    return std::string(trim(authorization.substr(7)));
  }
  for (auto protocol : net::offered_subprotocols(head)) {
    if (!protocol.starts_with(kTokenProtocol)) continue;
    if (auto token = from_base64url(protocol.substr(kTokenProtocol.size()))) return *token;
  }
  return allow_query_token ? head.query_value("token").value_or("") : std::string();
}

AccessControl::AccessControl(AccessRules rules, const Clock& clock) : clock_(clock) { set_rules(std::move(rules)); }

void AccessControl::set_rules(AccessRules rules) {
  rules_ = std::move(rules);
  proxies_.clear();
  for (const auto& entry : rules_.known_proxies) {
    if (auto network = Network::parse(entry)) proxies_.push_back(*network);
  }
}

bool AccessControl::is_known_network(const IpBytes& ip) const {
  return std::ranges::any_of(proxies_, [&](const Network& network) { return network.contains(ip); });
}

bool AccessControl::is_known_proxy(const net::PeerAddress& peer) const {
  return rules_.trust_forwarded_headers && (peer.is_loopback() || is_known_network(peer.ip));
}

// The right-most address of X-Forwarded-For that is not a proxy of ours.
std::string AccessControl::client_address(const net::RequestHead& head) const {
  if (!is_known_proxy(head.peer)) return head.peer.ip_text();
  auto hops = net::list_values(head.headers, "x-forwarded-for");
  for (auto hop : hops | std::views::reverse) {
    auto address = address_of_hop(hop);
    auto ip = parse_ip(address);
    if (!ip || !is_known_network(*ip)) return std::string(address);
  }
  return head.peer.ip_text();
}

bool AccessControl::is_allowed_host(std::string_view host) const {
  auto name = host_name(host);
  if (contains(rules_.allowed_hosts, name)) return true;
  if (is_loopback_name(name) || name == rules_.bind_address || name == "[" + rules_.bind_address + "]") return true;
  // With a token a foreign name grants nothing; an allow list that was written down is kept to all the same.
  return needs_token() && rules_.allowed_hosts.empty();
}

bool AccessControl::is_allowed_origin(const net::RequestHead& head, std::string_view origin) const {
  if (contains(rules_.allowed_origins, origin) || contains(rules_.allowed_origins, "*")) return true;
  auto host = head.headers.value_or("host", "");
  auto scheme = std::string_view("http");
  if (is_known_proxy(head.peer)) {
    scheme = head.headers.value_or("x-forwarded-proto", scheme);
    host = head.headers.value_or("x-forwarded-host", host);
  }
  return equal_ignoring_case(origin, fmt::format("{}://{}", scheme, host));
}

std::expected<Principal, AccessRefusal> AccessControl::check(const net::RequestHead& head, RouteAccess access) {
  auto host = head.headers.value_or("host", "");
  if (!is_allowed_host(host)) {
    return refuse(
        ErrorCode::denied,
        fmt::format("the name `{}` is not served here; add it to gateway.security.allowedHosts", host_name(host)));
  }
  bool forwarded =
      head.headers.find("x-forwarded-for") || head.headers.find("forwarded") || head.headers.find("x-real-ip");
  // A trusted proxy's word changes nothing here: it would make operators of all whom it lets through.
  if (forwarded && !needs_token() && access != RouteAccess::open) {
    return refuse(
        ErrorCode::denied,
        "a proxy forwards requests of others to a gateway that asks for no token; set gateway.auth.token, and "
        "gateway.security.trustForwardedHeaders with knownProxies");
  }
  if (auto origins = head.headers.count("origin"); origins > 0 && access != RouteAccess::open) {
    if (origins > 1 || !is_allowed_origin(head, head.headers.value_or("origin", ""))) {
      return refuse(ErrorCode::denied,
                    "pages of another site may not use this gateway; add the site to gateway.security.allowedOrigins");
    }
  }
  Principal principal{Role::anonymous, client_address(head), {}};
  auto network = network_of(principal.address);
  principal.key = "ip:" + network;
  if (access == RouteAccess::open || access == RouteAccess::page) return principal;
  if (needs_token()) {
    if (auto checked = check_token(head, network); !checked) return std::unexpected(checked.error());
  } else if (!head.peer.is_loopback()) {
    return refuse(ErrorCode::unauthenticated,
                  "this gateway has no token and serves its own machine only; set gateway.auth.token");
  }
  principal.role = Role::operator_role;
  return principal;
}

std::expected<void, AccessRefusal> AccessControl::check_token(const net::RequestHead& head,
                                                              const std::string& guesser) {
  auto found = guesses_.find(guesser);
  if (found != guesses_.end() && found->second.count > kWrongTokensMax && clock_.now() < found->second.window_end) {
    auto wait = found->second.window_end - clock_.now();
    return std::unexpected(
        AccessRefusal{ErrorCode::exhausted, "too many wrong tokens from this address; wait a minute", wait});
  }
  auto token = presented_token(head, rules_.allow_query_token);
  // Hashes have one length, so that the comparison says nothing about the token's.
  if (!token.empty() && equal_in_constant_time(sha256_hex(token), sha256_hex(rules_.token))) return {};
  if (token.empty()) {
    return refuse(ErrorCode::unauthenticated, "this needs the gateway's token: send it as `Authorization: Bearer …`");
  }
  count_wrong_token(guesser);
  return refuse(ErrorCode::unauthenticated, "the token is wrong; the right one is in gateway.auth.token");
}

void AccessControl::count_wrong_token(const std::string& guesser) {
  auto now = clock_.now();
  if (guesses_.size() > kGuessersMax)
    std::erase_if(guesses_, [&](const auto& entry) { return entry.second.window_end < now; });
  if (guesses_.size() > kGuessersMax) guesses_.clear();
  auto& guesses = guesses_[guesser];
  if (now >= guesses.window_end) guesses = {0, now + kGuessWindow};
  if (++guesses.count > kWrongTokensMax) guesses.window_end = now + kGuessWindow;
}

}  // namespace chela::policy
