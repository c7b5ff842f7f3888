#pragma once

// A package that was fetched and looked at, and is not installed yet: all that a person decides by. None of its code
// has run. Loop thread.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/packages/fetch.hpp"
#include "kernel/core/packages/lock_file.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/trust_store.hpp"

namespace chela::packages {

struct Candidate {
  Source source;
  Fetched fetched;
  PackageInfo info;
  std::vector<FileRecord> files;
  SignatureFinding signature;

  // Why it must not be installed, whatever the operator says; empty when it may.
  std::string refusal() const;
  plugins::TrustLevel trust() const;
};

// Fetches into `staging`, an empty folder, and reads. `keys` outlives the task.
Task<Result<Candidate>> find_candidate(FetchContext& context, const TrustStore& keys, Source source,
                                       std::filesystem::path staging);

// Installs what it depends on into its folder and makes the entry for the lock file. Run after consent: the registry
// learns of it. `staging` as before.
Task<Result<LockEntry>> complete_candidate(FetchContext& context, Candidate candidate, std::filesystem::path staging);

// The permissions that `wanted` has beyond `granted`.
std::vector<std::string> new_permissions(const std::vector<std::string>& granted,
                                         const std::vector<std::string>& wanted);

}  // namespace chela::packages
