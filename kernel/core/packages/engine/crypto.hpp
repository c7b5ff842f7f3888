#pragma once

// OpenSSL's EVP behind the seam. Any thread.

#include "kernel/core/packages/engine.hpp"

namespace chela::packages {

std::string sha512(std::string_view bytes);
std::string blake2b512(std::string_view bytes);
Result<KeyPair> generate_keys();
Result<std::string> sign(std::string_view seed, std::string_view message);
bool verify(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace chela::packages
