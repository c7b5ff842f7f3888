#include "kernel/core/packages/store.hpp"

#include <algorithm>

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

// The entries that the plugin in `folder` may be: one, but in the midst of a change.
std::vector<LockEntry> candidates(const LockFile& lock, const std::string& id) {
  std::vector<LockEntry> out;
  auto plugin = lock.plugins.find(id);
  if (plugin != lock.plugins.end()) out.push_back(plugin->second.current);
  if (!lock.pending || lock.pending->id != id) return out;
  if (lock.pending->entry) out.push_back(*lock.pending->entry);
  if (lock.pending->kind == PendingChange::Kind::roll_back && plugin != lock.plugins.end() && plugin->second.previous)
    out.push_back(*plugin->second.previous);
  return out;
}

bool is_below(const fs::path& home, const fs::path& folder) {
  std::error_code ignored;
  return fs::weakly_canonical(folder.parent_path(), ignored) == fs::weakly_canonical(home / "plugins", ignored);
}

}  // namespace

Result<void> verify_folder(const fs::path& folder, const LockEntry& entry) {
  CHELA_TRY(auto found, read_tree(folder));
  std::vector<FileRecord> own, added;
  for (auto& file : found) {
    const bool recorded = std::ranges::binary_search(entry.files, file.name, {}, &FileRecord::name);
    const bool dependency = !entry.dependencies_digest.empty() && file.name.starts_with("node_modules/");
    (!recorded && dependency ? added : own).push_back(std::move(file));
  }
  auto difference = first_difference(entry.files, own);
  if (difference.empty() && !entry.dependencies_digest.empty() && tree_digest(added) != entry.dependencies_digest)
    difference = "a file below node_modules was added, removed or changed";
  if (difference.empty()) return {};
  return fail(ErrorCode::corrupt, "{} {} is not as it was installed: {}", entry.id, entry.version, difference);
}

Result<void> verify_installed(const fs::path& home, const fs::path& folder) {
  if (!is_below(home, folder)) return {};
  CHELA_TRY(auto lock, read_lock_file(lock_file_path(home)));
  auto entries = candidates(lock, folder.filename().string());
  Result<void> verdict;
  for (const auto& entry : entries) {
    verdict = verify_folder(folder, entry);
    if (verdict) break;
  }
  return verdict;
}

Result<plugins::TrustLevel> installed_trust(const fs::path& home, const fs::path& folder) {
  if (!is_below(home, folder)) return plugins::TrustLevel::untrusted;
  CHELA_TRY(auto lock, read_lock_file(lock_file_path(home)));
  CHELA_TRY(auto keys, TrustStore::open(home));
  auto plugin = lock.plugins.find(folder.filename().string());
  if (plugin == lock.plugins.end()) return plugins::TrustLevel::untrusted;
  return trust_level(plugin->second.current, keys);
}

Result<std::map<std::string, plugins::TrustLevel>> installed_trust(const fs::path& home) {
  CHELA_TRY(auto lock, read_lock_file(lock_file_path(home)));
  CHELA_TRY(auto keys, TrustStore::open(home));
  std::map<std::string, plugins::TrustLevel> out;
  for (const auto& [id, plugin] : lock.plugins) out[id] = trust_level(plugin.current, keys);
  return out;
}

}  // namespace chela::packages
