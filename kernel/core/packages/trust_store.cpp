#include "kernel/core/packages/trust_store.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kKeysMax = 1000;

std::int64_t time_of(const Json& object, const char* key) {
  auto value = object.find(key);
  return value != object.end() && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

// As our `sign` and minisign write it unless they are told otherwise, to the byte.
bool is_usual_form(std::string_view text, const std::string& key_id) {
  auto line = text.substr(0, text.find('\n'));
  return (line == "untrusted comment: signature from minisign secret key" ||
          line == "untrusted comment: signature with key " + key_id) &&
         !text.contains('\r') && text.ends_with('\n') && std::ranges::count(text, '\n') == 4;
}

Result<TrustedKey> read_key(const Json& row) {
  if (!row.is_object()) return fail(ErrorCode::corrupt, "a key is no object");
  auto key = parse_public_key(text_of(row, "key"));
  if (!key) return fail(ErrorCode::corrupt, "{}", key.error().message);
  return TrustedKey{*key, text_of(row, "name"), text_of(row, "namedBy"), time_of(row, "addedAt")};
}

}  // namespace

std::string_view name_of(SignatureState state) {
  constexpr std::string_view kNames[] = {"unsigned", "trusted", "unknown_key", "revoked", "invalid"};
  return kNames[static_cast<std::size_t>(state)];
}

Result<TrustStore> TrustStore::open(const std::filesystem::path& home) {
  TrustStore store(home / "trust" / "trust.json");
  auto what = "reading " + store.file_.string();
  auto text = platform::read_file(store.file_, kFileBytesMax);
  if (!text && text.error().code == ErrorCode::not_found) return store;
  if (!text) return std::unexpected(std::move(text.error()));
  auto root = parse_json(*text, kDepthMax);
  if (!root || !root->is_object() || !root->contains("keys") || !(*root)["keys"].is_array() ||
      !root->contains("revoked") || !(*root)["revoked"].is_array()) {
    return fail(ErrorCode::corrupt, "{}: it is damaged; restore it, or remove it and add the keys again", what);
  }
  for (const auto& row : (*root)["keys"]) {
    auto key = read_key(row);
    if (!key) return fail(what, std::move(key.error()));
    store.keys_.push_back(std::move(*key));
  }
  for (const auto& row : (*root)["revoked"]) {
    if (!row.is_object() || text_of(row, "id").empty())
      return fail(ErrorCode::corrupt, "{}: a revoked key has no id", what);
    store.revoked_.push_back({text_of(row, "id"), text_of(row, "reason"), time_of(row, "at")});
  }
  return store;
}

Result<void> TrustStore::save() const {
  Json keys = Json::array(), revoked = Json::array();
  for (const auto& row : keys_) {
    keys.push_back(
        {{"key", public_key_text(row.key)}, {"name", row.name}, {"namedBy", row.named_by}, {"addedAt", row.added_ms}});
  }
  for (const auto& row : revoked_) revoked.push_back({{"id", row.id}, {"reason", row.reason}, {"at", row.at_ms}});
  CHELA_CHECK(platform::make_private_directory(file_.parent_path()));
  auto text =
      Json{{"version", 1}, {"keys", keys}, {"revoked", revoked}}.dump(2, ' ', false, Json::error_handler_t::replace);
  return platform::write_file_atomically(file_, text + "\n");
}

const TrustedKey* TrustStore::find(std::string_view key_id) const {
  auto found = std::ranges::find(keys_, key_id, [](const TrustedKey& row) { return std::string_view(row.key.id); });
  return found == keys_.end() ? nullptr : &*found;
}

bool TrustStore::is_revoked(std::string_view key_id) const {
  for (std::size_t steps = 0; steps <= keys_.size(); ++steps) {
    if (std::ranges::find(revoked_, key_id, &RevokedKey::id) != revoked_.end()) return true;
    const auto* row = find(key_id);
    if (!row || row->named_by.empty()) return false;
    key_id = row->named_by;
  }
  return true;  // keys that name each other in a circle
}

Result<void> TrustStore::insert(TrustedKey row) {
  if (is_revoked(row.key.id) || (!row.named_by.empty() && is_revoked(row.named_by)))
    return fail(ErrorCode::denied, "key {} was revoked, or named by one that was", row.key.id);
  if (keys_.size() >= kKeysMax) return fail(ErrorCode::exhausted, "there are {} keys already", kKeysMax);
  auto known = std::ranges::find_if(keys_, [&](const TrustedKey& other) { return other.key.id == row.key.id; });
  if (known != keys_.end()) {
    // The operator may say of a key that another one named: I trust it by itself.
    if (known->key.bytes != row.key.bytes || known->named_by.empty() || !row.named_by.empty())
      return fail(ErrorCode::already_exists, "key {} is in the store already", row.key.id);
    *known = std::move(row);
  } else {
    keys_.push_back(std::move(row));
  }
  return save();
}

Result<void> TrustStore::add(const PublicKey& key, std::string name, std::int64_t now_ms) {
  return insert({key, std::move(name), "", now_ms});
}

Result<PublicKey> TrustStore::add_successor(const PackagesModule& engine, std::string_view key_file,
                                            const Signature& signature, std::string name, std::int64_t now_ms) {
  CHELA_TRY(auto key, parse_public_key(key_file));
  const auto* signer = find(signature.key_id);
  if (!signer) {
    return fail(ErrorCode::not_found, "key {} signed the new one and is not in the store itself", signature.key_id);
  }
  CHELA_CHECK(check_signature(engine, signer->key, signature, key_file));
  CHELA_CHECK(insert({key, std::move(name), signer->key.id, now_ms}));
  return key;
}

Result<void> TrustStore::remove(std::string_view key_id) {
  auto gone =
      std::erase_if(keys_, [&](const TrustedKey& row) { return row.key.id == key_id || row.named_by == key_id; });
  if (gone == 0) return fail(ErrorCode::not_found, "no key {} is in the store", key_id);
  return save();
}

Result<void> TrustStore::revoke(std::string_view key_id, std::string reason, std::int64_t now_ms) {
  auto valid = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  if (key_id.size() != 16 || !std::ranges::all_of(key_id, valid))
    return fail(ErrorCode::invalid_argument, "a key's id is 16 upper-case hex digits");
  if (std::ranges::find(revoked_, key_id, &RevokedKey::id) != revoked_.end()) return {};
  revoked_.push_back({std::string(key_id), std::move(reason), now_ms});
  return save();
}

SignatureFinding TrustStore::judge_folder(const PackagesModule& engine, const std::filesystem::path& folder,
                                          std::string_view id, std::string_view version,
                                          const std::vector<FileRecord>& files) const {
  constexpr std::size_t kListBytesMax = 64u << 20;
  auto list = platform::read_file(folder / kFileListName, kListBytesMax);
  auto signature = platform::read_file(folder / kFileSignatureName, kFileBytesMax);
  auto absent = [](const Result<std::string>& file) { return !file && file.error().code == ErrorCode::not_found; };
  if (absent(list) && absent(signature)) return judge(engine, "", "");
  if (!list || !signature || signature->empty())
    return {SignatureState::invalid, "", "its list of files or the signature of it is missing"};
  auto is_list = [](const FileRecord& file) { return file.name == kFileListName || file.name == kFileSignatureName; };
  const bool runnable = std::ranges::any_of(files, [&](const auto& file) { return is_list(file) && file.executable; });
  if (runnable || *list != file_list_text(id, version, files))
    return {SignatureState::invalid, "", "its files are not those of the list that was signed"};
  return judge(engine, *list, *signature);
}

SignatureFinding TrustStore::judge(const PackagesModule& engine, std::string_view list_text,
                                   std::string_view signature_text) const {
  if (signature_text.empty()) return {SignatureState::unsigned_package, "", "it is not signed"};
  auto signature = parse_signature(signature_text);
  if (!signature) return {SignatureState::invalid, "", "its signature cannot be read: " + signature.error().message};
  const auto& id = signature->key_id;
  if (!is_usual_form(signature_text, id))
    return {SignatureState::invalid, id, "the part of its signature file that is not signed was changed"};
  if (is_revoked(id)) return {SignatureState::revoked, id, "it is signed with key " + id + ", which was revoked"};
  const auto* row = find(id);
  if (!row) {
    return {SignatureState::unknown_key, id,
            "it is signed with key " + id + ", which is not trusted here; `chela plugins trust add` adds a key"};
  }
  auto checked = check_signature(engine, row->key, *signature, list_text);
  if (!checked) return {SignatureState::invalid, id, checked.error().message};
  return {SignatureState::trusted, id, "it is signed with key " + id + (row->name.empty() ? "" : ", " + row->name)};
}

}  // namespace chela::packages
