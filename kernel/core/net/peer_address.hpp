#pragma once

// Who is at the other end of a connection. IPv4 addresses are kept in their IPv6-mapped form, so that one peer has
// one spelling whichever socket it came in by. Any thread.

#include <array>
#include <compare>
#include <cstdint>
#include <string>

struct sockaddr;

namespace chela::net {

struct PeerAddress {
  std::array<std::uint8_t, 16> ip{};  // network order
  std::uint16_t port = 0;

  static PeerAddress from(const sockaddr& address);
  bool is_ipv4() const;         // also true of ::ffff:a.b.c.d
  bool is_loopback() const;     // 127.0.0.0/8 and ::1
  std::string ip_text() const;  // "192.0.2.1", "2001:db8::1"; no brackets, no zone
};

}  // namespace chela::net
