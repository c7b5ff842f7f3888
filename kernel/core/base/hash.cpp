#define OPENSSL_API_COMPAT 10100  // the low-level calls pull in 20 KB; EVP pulls in all of libcrypto and its start-up
#include "kernel/core/base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "kernel/core/base/text.hpp"

namespace chela {
namespace {

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

std::array<std::byte, 20> sha1(std::string_view bytes) {
  std::array<std::byte, 20> digest;
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, data_of(bytes), bytes.size());
  SHA1_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}

std::array<std::byte, 32> sha256(std::string_view bytes) {
  std::array<std::byte, 32> digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data_of(bytes), bytes.size());
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  auto digest = sha256(bytes);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

struct Sha256::Context {
  SHA256_CTX state;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  SHA256_Init(&context_->state);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  SHA256_Update(&context_->state, data_of(bytes), bytes.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &context_->state);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace chela
