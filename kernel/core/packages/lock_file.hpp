#pragma once

// `<home>/plugins.lock.json`: what is installed, from where, and the hash of every file. Blocking; any thread.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/tree.hpp"
#include "kernel/core/packages/trust_store.hpp"
#include "kernel/core/plugins/trust.hpp"

namespace chela::packages {

// One version of a plugin, as it was installed.
struct LockEntry {
  std::string id;
  std::string kind;  // "native", "node bridge"
  std::string version;
  std::string source;     // as it would be asked for again: "npm:NAME@latest", a folder
  std::string resolved;   // what it was: the URL of the tarball, the commit
  std::string integrity;  // of what was fetched: "sha512-<base64>" of npm, "sha256-<hex>" of an archive, or empty
  std::string digest;     // tree_digest() of `files`
  std::vector<FileRecord> files;    // all of the package
  std::string dependencies_digest;  // of what npm added below node_modules, or empty
  SignatureState signature = SignatureState::unsigned_package;
  std::string key_id;
  std::string reviewed_digest;           // the operator has reviewed exactly this
  std::vector<std::string> permissions;  // those consent was given to
  std::int64_t installed_at_ms = 0;
  bool pinned = false;  // `update` leaves it alone
};

struct InstalledPlugin {
  LockEntry current;
  std::optional<LockEntry> previous;  // in `plugins/.previous/<id>`
};

// A change that was begun: what Store::open() has to finish or to undo after a crash.
struct PendingChange {
  enum class Kind { install, remove, roll_back };
  Kind kind = Kind::install;
  std::string id;
  std::string staged;              // path below the plugins folder
  std::optional<LockEntry> entry;  // of an installation
};

struct LockFile {
  std::map<std::string, InstalledPlugin> plugins;  // by id
  std::optional<PendingChange> pending;
  std::map<std::string, std::string> floors;  // id: the newest version ever installed with a trusted signature
};

std::filesystem::path lock_file_path(const std::filesystem::path& home);
// An absent file is an empty one. Errors: corrupt, never taken for empty.
Result<LockFile> read_lock_file(const std::filesystem::path& file);
Result<void> write_lock_file(const std::filesystem::path& file, const LockFile& lock);

// Of the files as they were installed; a key that was revoked since counts no more.
plugins::TrustLevel trust_level(const LockEntry& entry, const TrustStore& keys);

}  // namespace chela::packages
