#include "kernel/core/packages/signature.hpp"

#include <algorithm>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::packages {
namespace {

constexpr std::string_view kPlain = "Ed";
constexpr std::string_view kPrehashed = "ED";
constexpr std::string_view kUntrustedComment = "untrusted comment: ";
constexpr std::string_view kTrustedComment = "trusted comment: ";
constexpr std::size_t kIdSize = 8;
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kTextBytesMax = 16 * 1024;
// Of a secret key: algorithm, KDF, checksum; salt, two limits; id, seed, public key, checksum.
constexpr std::size_t kSaltSize = 32 + 8 + 8;
constexpr std::size_t kSecretSize = 6 + kSaltSize + kIdSize + 2 * kKeySize + 32;

// With no bit to spare: one text for one value.
std::optional<std::string> from_strict_base64(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes || to_base64(*bytes) != text) return std::nullopt;
  return bytes;
}

// minisign prints the eight bytes as one little-endian number.
std::string shown_id(std::string_view bytes) {
  std::string reversed(bytes.rbegin(), bytes.rend());
  auto hex = to_hex(reversed);
  std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return hex;
}

std::string id_bytes(std::string_view shown) {
  std::string out;
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
  for (std::size_t i = shown.size(); i >= 2; i -= 2)
    out += static_cast<char>(digit(shown[i - 2]) << 4 | digit(shown[i - 1]));
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  if (text.size() > kTextBytesMax) return lines;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::unexpected<Error> no(std::string_view what) {
  return fail(ErrorCode::invalid_argument, "it is no {} of minisign", what);
}

// The decoded line of a key file: the second one, or the only one.
std::optional<std::string> key_line(std::string_view text) {
  auto lines = lines_of(text);
  if (lines.size() == 2 && lines[0].starts_with(kUntrustedComment)) return from_strict_base64(lines[1]);
  return lines.size() == 1 ? from_strict_base64(lines[0]) : std::nullopt;
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view text) {
  auto bytes = key_line(text);
  if (!bytes || bytes->size() != 2 + kIdSize + kKeySize || !bytes->starts_with(kPlain)) return no("public key");
  return PublicKey{shown_id(bytes->substr(2, kIdSize)), bytes->substr(2 + kIdSize)};
}

Result<SecretKey> parse_secret_key(std::string_view text) {
  auto bytes = key_line(text);
  if (!bytes || bytes->size() != kSecretSize || !bytes->starts_with(kPlain)) return no("secret key");
  if (bytes->substr(2, 2) != std::string_view("\0\0", 2)) {
    return fail(ErrorCode::unsupported,
                "a password protects the key; take it off with `minisign -C -W -s FILE`, or sign with minisign itself");
  }
  auto at = 6 + kSaltSize;
  SecretKey key{shown_id(bytes->substr(at, kIdSize)), bytes->substr(at + kIdSize, kKeySize),
                bytes->substr(at + kIdSize + kKeySize, kKeySize)};
  return key;
}

Result<Signature> parse_signature(std::string_view text) {
  auto lines = lines_of(text);
  if (lines.size() != 4 || !lines[0].starts_with(kUntrustedComment) || !lines[2].starts_with(kTrustedComment))
    return no("signature");
  auto bytes = from_strict_base64(lines[1]);
  auto global = from_strict_base64(lines[3]);
  if (!bytes || bytes->size() != 2 + kIdSize + kSignatureSize || !global || global->size() != kSignatureSize)
    return no("signature");
  if (!bytes->starts_with(kPlain) && !bytes->starts_with(kPrehashed)) return no("signature");
  return Signature{.key_id = shown_id(bytes->substr(2, kIdSize)),
                   .prehashed = bytes->starts_with(kPrehashed),
                   .bytes = bytes->substr(2 + kIdSize),
                   .trusted_comment = std::string(lines[2].substr(kTrustedComment.size())),
                   .global = *global};
}

std::string public_key_text(const PublicKey& key) {
  return fmt::format("{}minisign public key {}\n{}\n", kUntrustedComment, key.id,
                     to_base64(std::string(kPlain) + id_bytes(key.id) + key.bytes));
}

std::string secret_key_text(const SecretKey& key) {
  auto bytes = std::string(kPlain) + std::string(2, '\0') + "B2" + std::string(kSaltSize, '\0') + id_bytes(key.id) +
               key.seed + key.public_key + std::string(kKeySize, '\0');
  return fmt::format("{}minisign secret key {}\n{}\n", kUntrustedComment, key.id, to_base64(bytes));
}

Result<SecretKey> make_key(const PackagesModule& engine) {
  CHELA_TRY(auto pair, engine.generate_keys());
  auto id = random_hex(2 * kIdSize);
  std::ranges::transform(id, id.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return SecretKey{std::move(id), std::move(pair.seed), std::move(pair.public_key)};
}

PublicKey public_part(const SecretKey& key) {
  return {key.id, key.public_key};
}

Result<std::string> sign_text(const PackagesModule& engine, const SecretKey& key, std::string_view message,
                              std::string_view trusted_comment) {
  if (trusted_comment.find_first_of("\r\n") != std::string_view::npos)
    return fail(ErrorCode::invalid_argument, "the comment of a signature is one line");
  CHELA_TRY(auto bytes, engine.sign(key.seed, engine.blake2b512(message)));
  CHELA_TRY(auto global, engine.sign(key.seed, bytes + std::string(trusted_comment)));
  return fmt::format("{}signature with key {}\n{}\n{}{}\n{}\n", kUntrustedComment, key.id,
                     to_base64(std::string(kPrehashed) + id_bytes(key.id) + bytes), kTrustedComment, trusted_comment,
                     to_base64(global));
}

Result<void> check_signature(const PackagesModule& engine, const PublicKey& key, const Signature& signature,
                             std::string_view message) {
  if (key.id != signature.key_id)
    return fail(ErrorCode::denied, "it is signed with key {}, not with {}", signature.key_id, key.id);
  auto signed_bytes = signature.prehashed ? engine.blake2b512(message) : std::string(message);
  if (!engine.verify(key.bytes, signed_bytes, signature.bytes))
    return fail(ErrorCode::denied, "the signature of key {} does not fit: something was changed", key.id);
  if (!engine.verify(key.bytes, signature.bytes + signature.trusted_comment, signature.global))
    return fail(ErrorCode::denied, "the comment of the signature was changed");
  return {};
}

}  // namespace chela::packages
