// URLs of outgoing requests (kernel/core/net/egress_url.hpp), where redirects lead, targets and hosts of incoming ones.

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_plan.hpp"
#include "kernel/core/net/http_target.hpp"
#include "kernel/core/policy/network.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

void check_egress(std::string_view bytes) {
  auto url = net::parse_egress_url(bytes);
  if (!url) return must(url.error().code == ErrorCode::invalid_argument, "a URL is malformed, or one");
  must(url->scheme == "http" || url->scheme == "https", "the scheme is one of two", url->scheme);
  must(!url->host.empty() && to_lower(url->host) == url->host && url->port != 0, "a host and a port", url->host);
  must(url->host.find_first_of("@/?#\\ %{}") == std::string::npos, "a host has no other parts", url->host);
  bool bracketed = bytes.substr(bytes.find("://") + 3).starts_with('[');
  must(bracketed == is_ipv6(url->host), "brackets hold an IPv6 address", bytes);
  must(url->path.starts_with('/') && url->path.find_first_of("?#") == std::string::npos, "a path is absolute");
  must(url->query.empty() || url->query.starts_with('?'), "a query has its mark");
  must(url->shown().find('?') == std::string::npos, "what is shown has no query", url->shown());
  auto steers = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
  must(std::ranges::none_of(url->text(), steers), "a URL is one line", url->text());
  auto again = net::parse_egress_url(url->text());
  must(again && again->text() == url->text() && again->authority() == url->authority(), "a URL is read as it is written",
       url->text());
}

void check_redirect(std::string_view location) {
  net::EgressHop from{.method = "POST", .url = *net::parse_egress_url("https://api.example:8443/v1/x?key=1"),
                      .headers = {{"authorization", "Bearer {{secret:KEY}}"}, {"x-more", "1"}},
                      .body = std::make_shared<const std::string>("body")};
  auto hop = net::redirected_hop(from, 302 + static_cast<int>(location.size() % 7), location);
  if (!hop) return must(hop.error().code == ErrorCode::protocol, "a redirect is refused for its form");
  must(hop->url.scheme == "https", "a redirect does not leave TLS", hop->url.text());
  must(!hop->url_is_ours, "a server's URL is not ours");
  must(net::parse_egress_url(hop->url.text()).has_value(), "a redirect leads to a URL", hop->url.text());
  bool same = hop->url.origin() == from.url.origin();
  must(same || !hop->headers.find("authorization"), "credentials stay where they were", hop->url.text());
}

void check_inbound(std::string_view bytes) {
  auto target = net::parse_target("GET", bytes);
  if (target) {
    must(target->path.starts_with('/') && is_valid_utf8(target->path), "a path is absolute text", target->path);
    must(target->authority.empty() || net::is_valid_host(target->authority), "an authority is a host");
    // A path without a percent sign is its own canonical form.
    bool plain = target->path.find_first_of("%?#") == std::string::npos;
    auto again = net::parse_target("GET", target->path);
    must(!plain || (again && again->path == target->path), "a canonical path stays", target->path);
  }
  if (net::is_valid_host(bytes)) {
    must(bytes.find_first_of("@/?#\\ %,\r\n\t") == bytes.npos, "a host has no other parts", bytes);
    must(bytes.find('\0') == bytes.npos, "a host is whole", bytes);
  }
  if (auto ip = policy::parse_ip(bytes)) {
    must(bytes.find('\0') == bytes.npos, "an address is whole", bytes);
    auto network = policy::Network::parse(bytes);
    must(network && network->contains(*ip), "an address is a network of one", bytes);
  }
  if (auto network = policy::Network::parse(bytes)) {
    auto ip = policy::parse_ip(bytes.substr(0, bytes.find('/')));
    must(ip && network->contains(*ip), "a network holds its address", bytes);
  }
}

}  // namespace

void run(std::string_view bytes) {
  check_egress(bytes);
  check_redirect(bytes);
  check_inbound(bytes);
}

}  // namespace chela::fuzz
