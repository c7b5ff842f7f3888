#pragma once

// The variables that the settings of skills give to what runs for them: `skills.entries.KEY.env` and `.apiKey`. They
// never get into the gateway's own environment. Any thread.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills {

inline constexpr std::size_t kVariableBytesLong = 32'768;  // a longer value is worth a note

// Whether no skill may set the variable, whatever asks for it: it would change which code other programs run, or where
// they find their secrets.
bool is_refused_variable(std::string_view name);
// Whether the name is one of a secret: set only for a skill that names the variable as what it needs.
bool is_secret_variable(std::string_view name);

struct RunEnvironment {
  std::vector<std::pair<std::string, std::string>> variables;  // the first skill that sets a variable has it
  std::vector<std::string> notes;  // what was refused or looks odd; names skills and variables, never values
};

struct VariableSources {
  const nlohmann::json* entries = nullptr;                    // skills.entries; null: none
  std::function<bool(const std::string&)> is_set;             // in the gateway's own environment, which goes first
  std::function<Result<std::string>(const nlohmann::json&)> resolve;  // a text or a reference to a secret
};

// Adds what the entry of one skill says. A secret that cannot be had is left out, with a note.
void add_variables(const Skill& skill, const VariableSources& sources, RunEnvironment& out);

}  // namespace chela::runtime::skills
