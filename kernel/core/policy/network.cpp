#include "kernel/core/policy/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace chela::policy {
namespace {

constexpr int kIpv4PrefixBits = 96;

}  // namespace

std::optional<IpBytes> parse_ip(std::string_view text) {
  IpBytes ip{};
  const std::string terminated(text);
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (::inet_pton(AF_INET, terminated.c_str(), ip.data() + 12) == 1) {
    ip[10] = ip[11] = 0xff;
    return ip;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), ip.data()) == 1) return ip;
  return std::nullopt;
}

std::optional<Network> Network::parse(std::string_view text) {
  auto slash = text.find('/');
  auto ip = parse_ip(text.substr(0, slash));
  if (!ip) return std::nullopt;
  if (slash == std::string_view::npos) return Network(*ip, 128);
  auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  bool is_ipv4 = text.find(':') == std::string_view::npos;
  if (status != std::errc() || end != digits.data() + digits.size() || bits > (is_ipv4 ? 32u : 128u)) {
    return std::nullopt;
  }
  return Network(*ip, static_cast<int>(bits) + (is_ipv4 ? kIpv4PrefixBits : 0));
}

bool Network::contains(const IpBytes& ip) const {
  auto whole = prefix_bits_ / 8;
  if (!std::equal(ip.begin(), ip.begin() + whole, ip_.begin())) return false;
  auto rest = prefix_bits_ % 8;
  return rest == 0 || ((ip[static_cast<std::size_t>(whole)] ^ ip_[static_cast<std::size_t>(whole)]) >> (8 - rest)) == 0;
}

}  // namespace chela::policy
