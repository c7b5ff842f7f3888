#pragma once

// What a person sees of skills of the registry, and of one before it is put in place.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/skills/hub/candidate.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"

namespace chela::cli {

nlohmann::json found_json(const runtime::skills::hub::Found& found);
std::string found_line(const runtime::skills::hub::Found& found);

// One document: what it is, where from, how it was checked, verdict, scan, notes, what speaks against it.
nlohmann::json skill_candidate_json(const runtime::skills::hub::Candidate& candidate,
                                    const runtime::skills::hub::Target& target);
void print_skill_candidate(const runtime::skills::hub::Candidate& candidate,
                           const runtime::skills::hub::Target& target);

}  // namespace chela::cli
