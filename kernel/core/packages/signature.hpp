#pragma once

// Keys and signatures in minisign's format (its version 0.11; ed25519, prehashed with BLAKE2b-512), so that either
// program makes and checks what the other one does. Any thread.

#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/engine.hpp"

namespace chela::packages {

struct PublicKey {
  std::string id;     // 16 upper-case hex digits, as minisign prints it
  std::string bytes;  // 32
};

struct SecretKey {
  std::string id;
  std::string seed;        // 32 bytes
  std::string public_key;  // 32 bytes
};

struct Signature {
  std::string key_id;
  bool prehashed = true;  // minisign before 0.6 signed the bytes themselves
  std::string bytes;      // 64, over the message
  std::string trusted_comment;
  std::string global;  // 64, over the signature and the trusted comment
};

// The file, or its second line alone. Errors: invalid_argument.
Result<PublicKey> parse_public_key(std::string_view text);
// Errors: invalid_argument; unsupported when a password protects it.
Result<SecretKey> parse_secret_key(std::string_view text);
Result<Signature> parse_signature(std::string_view text);

std::string public_key_text(const PublicKey& key);
std::string secret_key_text(const SecretKey& key);

Result<SecretKey> make_key(const PackagesModule& engine);
PublicKey public_part(const SecretKey& key);

// The text of a signature file. The comment is one line and is signed, too.
Result<std::string> sign_text(const PackagesModule& engine, const SecretKey& key, std::string_view message,
                              std::string_view trusted_comment);
// Errors: denied when the key did not sign exactly this message, or the trusted comment was changed.
Result<void> check_signature(const PackagesModule& engine, const PublicKey& key, const Signature& signature,
                             std::string_view message);

}  // namespace chela::packages
