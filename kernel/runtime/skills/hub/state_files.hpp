#pragma once

// What is recorded of installed skills, in the files of upstream's two clients, so that they and we go on with each
// other's: `<workdir>/.clawhub/lock.json`, `<skill>/.clawhub/origin.json`, `<skill>/.openclaw/source-origin.json`. What
// is not understood is kept. Blocking; any thread, one at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/hub/reference.hpp"

namespace chela::runtime::skills::hub {

using RecordJson = nlohmann::ordered_json;  // as it was written, so that a change is the change alone

// A skill as it was installed from the registry.
struct Record {
  std::string registry;
  std::string slug;
  std::string owner;  // may be empty
  std::string version;
  std::int64_t installed_at_ms = 0;
  std::string source_url;
  std::string artifact_sha256;  // hex, of the archive
  std::string skill_file;       // "SKILL.md"
  std::string skill_file_sha256;
  std::string tree_sha256;  // "sha256:<hex>"
  std::string fingerprint;
  // Of skills.sh alone:
  std::string reference;  // "skills-sh:owner/repo/slug"
  std::string repository;
  std::string path;
  std::string artifact_identity;
};

// One entry of the lock file, as far as it is understood; both clients write some of it.
struct LockedSkill {
  std::string key;     // `slug`, `@owner/slug` or a skills-sh reference
  std::string folder;  // below the workdir: "skills/slug", "skills/@owner/slug"
  std::string slug;
  std::string owner;
  std::string version;  // may be empty
  std::string registry;
  std::string reference;  // of skills.sh
  std::string tree_sha256;
  bool is_pinned = false;
  std::string pin_reason;
};

class LockFile {
 public:
  // `.clawhub/lock.json`, else `.clawdhub/lock.json`, else empty. Error corrupt, naming the file, for one that is none:
  // to go on with an empty one would forget what is installed.
  static Result<LockFile> read(const std::filesystem::path& workdir);

  // In the order of the file; entries whose key could not be a folder are left out, and stay in the file.
  std::vector<LockedSkill> skills() const;
  std::optional<LockedSkill> find(const std::string& key) const;
  // The entry that a reference means: its own key, or one of the other client's style for the same skill.
  std::optional<LockedSkill> find(const Reference& reference) const;
  std::string entry_text(const std::string& key) const;  // empty: there is none
  // What set() would make of it.
  std::string entry_text_of(const std::string& key, const Record& record) const;

  void set(const std::string& key, const Record& record);
  void set_text(const std::string& key, const std::string& entry);
  void erase(const std::string& key);
  Result<void> write() const;  // atomically, always to `.clawhub`

 private:
  explicit LockFile(std::filesystem::path workdir) : workdir_(std::move(workdir)) {}

  std::filesystem::path workdir_;
  std::shared_ptr<RecordJson> document_;  // never null once read
};

// What the skill in `folder` says of itself; nothing when there is no record. Error corrupt for one that is none.
struct Origin {
  std::string registry;
  std::string slug;
  std::string owner;
  std::string version;
  std::string reference;
  std::string fingerprint;
  std::string tree_sha256;
};
Result<std::optional<Origin>> read_origin(const std::filesystem::path& folder);
Result<void> write_origin(const std::filesystem::path& folder, const Record& record);

// A skill from a repository, a folder, an archive or a file.
struct SourceRecord {
  std::string source;  // "git" or "path"
  std::string spec;
  std::string slug;
  std::int64_t installed_at_ms = 0;
  std::string url;  // of git, as are the others
  std::string ref;
  std::string commit;
};
Result<void> write_source_origin(const std::filesystem::path& folder, const SourceRecord& record);

}  // namespace chela::runtime::skills::hub
