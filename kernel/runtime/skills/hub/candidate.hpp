#pragma once

// A skill that was fetched, checked and staged, and is not in place yet: all that a person decides by. None of its code
// has run. Loop thread.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"
#include "kernel/runtime/skills/hub/client.hpp"
#include "kernel/runtime/skills/hub/reference.hpp"
#include "kernel/runtime/skills/hub/verdict.hpp"
#include "kernel/runtime/skills/hub/workdir.hpp"
#include "kernel/runtime/skills/scan/scan.hpp"

namespace chela::runtime::skills::hub {

// Outlives the tasks that it is given to.
struct HubContext {
  packages::FetchContext& fetch;
  Client& client;
};

struct Wanted {
  Reference reference;
  std::string version;         // of the registry: exactly this one; empty: the latest
  std::string slug;            // of other sources: what to call it; empty: by its name, or that of its folder
  bool force_install = false;  // also what the registry has not judged yet, where it allows that
};

struct Candidate {
  Reference reference;
  std::string slug;
  std::string owner;       // may be empty
  std::string version;     // of the registry, or a commit; empty for files of this machine
  std::string checked_by;  // "index", "files", "content hash", "commit"; empty for files of this machine
  std::filesystem::path staging;
  std::filesystem::path tree;  // its root, below `staging`
  Verdict verdict;
  scan::Report report;
  std::string name;  // as it will be loaded
  std::string description;
  std::string load_problem;            // why it will not be loaded; it can be installed all the same
  std::vector<std::string> notes;      // for a person
  std::optional<Record> record;        // for the lock file and the skill's origin
  std::optional<SourceRecord> source;  // or what else is recorded

  // Why it must not be installed, whatever the operator says; empty when it may.
  std::string refusal() const;
  // What somebody has to agree to first; empty: nothing.
  std::vector<std::string> doubts() const;
};

// Fetches into `staging` of `Workdir::make_staging()`, checks and scans. Nothing is fetched of a skill that the
// registry blocks, or about which it gives no verdict. Errors: those of the registry; corrupt for files that are not
// those that were published; denied.
Task<Result<Candidate>> find_candidate(HubContext& context, Wanted wanted, std::filesystem::path staging);

// The version that would be installed now: a number, or a commit.
Task<Result<std::string>> find_latest(HubContext& context, Reference reference, bool force_install);

// Where it goes, and under which key; an entry of the other client's style for the same skill stays where it is.
struct Target {
  std::string folder;  // below the workdir
  std::string key;
  std::string version_before;  // of the lock file; may be empty
  bool is_taken = false;
};
// Errors: denied when it is pinned, already_exists when its folder is another entry's.
Result<Target> find_target(const Workdir& workdir, const Reference& reference, const std::string& slug);

// Error denied when the skill came from another registry than the one that is asked: a name means another skill there.
Result<void> check_registry(const Client& client, const std::filesystem::path& workdir, const LockedSkill& skill);

// Writes its records and puts it in place. Blocking.
Result<void> put_in_place(Workdir& workdir, const Candidate& candidate, const Target& target);

}  // namespace chela::runtime::skills::hub
