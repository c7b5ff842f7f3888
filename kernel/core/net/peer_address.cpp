#include "kernel/core/net/peer_address.hpp"

#include <uv.h>

#include <algorithm>
#include <cstring>

namespace chela::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

PeerAddress PeerAddress::from(const sockaddr& address) {
  PeerAddress peer;
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    std::ranges::copy(kMappedPrefix, peer.ip.begin());
    std::memcpy(peer.ip.data() + 12, &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  } else if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(peer.ip.data(), &v6.sin6_addr, 16);
    peer.port = ntohs(v6.sin6_port);
  }
  return peer;
}

bool PeerAddress::is_ipv4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin());
}

bool PeerAddress::is_loopback() const {
  if (is_ipv4()) return ip[12] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return ip == one;
}

std::string PeerAddress::ip_text() const {
  char text[64] = "";
  if (is_ipv4()) {
    uv_inet_ntop(AF_INET, ip.data() + 12, text, sizeof text);
  } else {
    uv_inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  }
  return text;
}

}  // namespace chela::net
