#pragma once

// Whether an address is one of the public internet. Any thread.

#include <string_view>

namespace chela::net {

// `ip` is numeric, IPv4 or IPv6. False for private, loopback, link-local, multicast, documentation and other special
// networks (IANA's special-purpose registries, RFC 6890), also inside IPv6 (mapped, 6to4, NAT64), and for what is no
// address.
bool is_public_address(std::string_view ip);

}  // namespace chela::net
