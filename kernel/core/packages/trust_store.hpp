#pragma once

// The publishers' keys that the operator trusts: `<home>/trust/trust.json`. Blocking; any thread, one at a time.
//
// A key may name its successor by signing its file (`minisign -S -m new.pub`). The successor is trusted as long as the
// key that named it is not revoked: whoever stole a key could name one, too. Revoked keys are remembered for good.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/signature.hpp"
#include "kernel/core/packages/tree.hpp"

namespace chela::packages {

struct TrustedKey {
  PublicKey key;
  std::string name;           // for people
  std::string named_by;       // the id of the key that signed this one; empty when the operator added it
  std::int64_t added_ms = 0;  // Unix time
};

struct RevokedKey {
  std::string id;
  std::string reason;
  std::int64_t at_ms = 0;
};

enum class SignatureState {
  unsigned_package,
  trusted,      // by a key of this store, over everything
  unknown_key,  // nothing can be said: the key is not in the store
  revoked,      // by a key that was revoked, or named by one
  invalid,      // there is a signature and it does not fit
};
std::string_view name_of(SignatureState state);

struct SignatureFinding {
  SignatureState state = SignatureState::unsigned_package;
  std::string key_id;
  std::string text;  // for a person
};

class TrustStore {
 public:
  // A store without a file is empty. Errors: corrupt when the file is not one of ours; it is never taken for empty.
  static Result<TrustStore> open(const std::filesystem::path& home);

  // Each of these is on disk when it returns. Errors: already_exists, not_found, denied for revoked keys.
  Result<void> add(const PublicKey& key, std::string name, std::int64_t now_ms);
  // `key_file` is what `signature` signs: the file of the new key, byte by byte.
  Result<PublicKey> add_successor(const PackagesModule& engine, std::string_view key_file, const Signature& signature,
                                  std::string name, std::int64_t now_ms);
  Result<void> remove(std::string_view key_id);
  Result<void> revoke(std::string_view key_id, std::string reason, std::int64_t now_ms);

  const std::vector<TrustedKey>& keys() const { return keys_; }
  const std::vector<RevokedKey>& revoked() const { return revoked_; }
  bool is_revoked(std::string_view key_id) const;  // it, or one that named it
  bool holds(std::string_view key_id) const { return find(key_id) != nullptr && !is_revoked(key_id); }

  // Judges the package in `folder`, whose files are `files`: the list in it must be the one that these files make, and
  // the signature must be over it.
  SignatureFinding judge_folder(const PackagesModule& engine, const std::filesystem::path& folder, std::string_view id,
                                std::string_view version, const std::vector<FileRecord>& files) const;
  // Judges `signature_text`, the bytes of chela.files.minisig or nothing, over `list_text`. The parts of
  // it that are not signed must be as they usually are: nothing in a package may be changed and pass.
  SignatureFinding judge(const PackagesModule& engine, std::string_view list_text,
                         std::string_view signature_text) const;

 private:
  explicit TrustStore(std::filesystem::path file) : file_(std::move(file)) {}
  const TrustedKey* find(std::string_view key_id) const;
  Result<void> insert(TrustedKey key);
  Result<void> save() const;

  std::filesystem::path file_;
  std::vector<TrustedKey> keys_;
  std::vector<RevokedKey> revoked_;
};

}  // namespace chela::packages
