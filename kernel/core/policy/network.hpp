#pragma once

// IP networks as people write them: an address, or an address and the length of its prefix.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chela::policy {

// 16 bytes in network order; IPv4 as ::ffff:a.b.c.d.
using IpBytes = std::array<std::uint8_t, 16>;

// "203.0.113.9" or "2001:db8::9"; nothing for anything else.
std::optional<IpBytes> parse_ip(std::string_view text);

class Network {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or one address. Bits beyond the prefix are ignored.
  static std::optional<Network> parse(std::string_view text);
  bool contains(const IpBytes& ip) const;

 private:
  Network(const IpBytes& ip, int prefix_bits) : ip_(ip), prefix_bits_(prefix_bits) {}

  IpBytes ip_;
  int prefix_bits_;  // of the 128
};

}  // namespace chela::policy
