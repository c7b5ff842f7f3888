#pragma once

// Hashes and constant-time comparison, from OpenSSL's static library (no shared library at start-up).

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace chela {

std::array<std::byte, 20> sha1(std::string_view bytes);    // RFC 6455 handshake only
std::array<std::byte, 32> sha256(std::string_view bytes);  // FIPS 180-4
std::string sha256_hex(std::string_view bytes);            // 64 lower-case hex digits

// SHA-256 of what comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// True when both are equal; takes the same time wherever they differ. Unequal lengths return early.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace chela
