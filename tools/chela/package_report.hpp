#pragma once

// What a person sees of a package before any of its code has run.

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/packages/candidate.hpp"

namespace chela::cli {

// One document: identity, source, signature, trust, permissions, capabilities, compatibility, diagnostics, verdict.
nlohmann::json candidate_json(const packages::Candidate& candidate, const packages::LockEntry* installed);
void print_candidate(const packages::Candidate& candidate, const packages::LockEntry* installed);

nlohmann::json problems_json(const std::vector<packages::PackageProblem>& problems);
// Of what is installed.
nlohmann::json entry_json(const packages::LockEntry& entry, const packages::TrustStore& keys);

// Asks on the terminal; false without one.
bool ask(const std::string& question);

}  // namespace chela::cli
