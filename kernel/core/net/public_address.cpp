#include "kernel/core/net/public_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace chela::net {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Network {
  const char* text;
  int bits;
};

constexpr Network kSpecial4[] = {
    {"0.0.0.0", 8},      {"10.0.0.0", 8},     {"100.64.0.0", 10},  {"127.0.0.0", 8},   {"169.254.0.0", 16},
    {"172.16.0.0", 12},  {"192.0.0.0", 24},   {"192.0.2.0", 24},   {"192.31.196.0", 24}, {"192.52.193.0", 24},
    {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"192.175.48.0", 24}, {"198.18.0.0", 15}, {"198.51.100.0", 24},
    {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4}};
// Public addresses of IPv6 are those of 2000::/3 without these.
constexpr Network kSpecial6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"3fff::", 20}};

struct Embedding {
  Network network;
  int at;  // first byte of the IPv4 address
};
constexpr Embedding kEmbedded4[] = {{{"::ffff:0:0", 96}, 12}, {{"64:ff9b::", 96}, 12}, {{"2002::", 16}, 2}};

Bytes parse(int family, const char* text) {
  Bytes out{};
  inet_pton(family, text, out.data());
  return out;
}

bool is_in(std::span<const std::uint8_t> address, int family, const Network& network) {
  auto base = parse(family, network.text);
  auto whole = static_cast<std::size_t>(network.bits / 8);
  if (!std::equal(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) return false;
  int rest = network.bits % 8;
  return rest == 0 || (base[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool is_public4(std::span<const std::uint8_t> address) {
  return std::ranges::none_of(kSpecial4, [&](const Network& n) { return is_in(address, AF_INET, n); });
}

bool is_public6(const Bytes& address) {
  for (const auto& [network, at] : kEmbedded4) {
    if (is_in(address, AF_INET6, network)) return is_public4(std::span(address).subspan(static_cast<std::size_t>(at), 4));
  }
  if (!is_in(address, AF_INET6, {"2000::", 3})) return false;
  return std::ranges::none_of(kSpecial6, [&](const Network& n) { return is_in(address, AF_INET6, n); });
}

}  // namespace

bool is_public_address(std::string_view ip) {
  const std::string text(ip);
  Bytes address{};
  if (inet_pton(AF_INET, text.c_str(), address.data()) == 1) return is_public4(address);
  return inet_pton(AF_INET6, text.c_str(), address.data()) == 1 && is_public6(address);
}

}  // namespace chela::net
