#include "kernel/core/packages/engine/crypto.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace chela::packages {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kSignatureSize = 64;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string sha512(std::string_view bytes) {
  return digest(EVP_sha512(), bytes);
}
std::string blake2b512(std::string_view bytes) {
  return digest(EVP_blake2b512(), bytes);
}

Result<KeyPair> generate_keys() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  KeyPair pair{std::string(kKeySize, '\0'), std::string(kKeySize, '\0')};
  std::size_t seed_size = kKeySize, public_size = kKeySize;
  if (!key ||
      EVP_PKEY_get_raw_private_key(key.get(), reinterpret_cast<unsigned char*>(pair.seed.data()), &seed_size) != 1 ||
      EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(pair.public_key.data()), &public_size) !=
          1)
    return fail(ErrorCode::internal, "making a key: OpenSSL has no ed25519");
  return pair;
}

Result<std::string> sign(std::string_view seed, std::string_view message) {
  if (seed.size() != kKeySize) return fail(ErrorCode::invalid_argument, "signing: the key has not 32 bytes");
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size()));
  Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data_of(message),
                     message.size()) != 1)
    return fail(ErrorCode::internal, "signing: OpenSSL refused");
  return signature;
}

bool verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != kKeySize || signature.size() != kSignatureSize) return false;
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(public_key), public_key.size()));
  Context context(EVP_MD_CTX_new());
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size()) == 1;
}

}  // namespace chela::packages
