#pragma once

// Hashes and constant-time comparison, from OpenSSL's static library (no shared library at start-up).

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace chela {

std::array<std::byte, 20> sha1(std::string_view bytes);    // RFC 6455 handshake only
std::array<std::byte, 32> sha256(std::string_view bytes);  // FIPS 180-4
std::string sha256_hex(std::string_view bytes);            // 64 lower-case hex digits

// True when both are equal; takes the same time wherever they differ. Unequal lengths return early.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace chela
