#pragma once

// Whether a skill may be offered here, and what is missing otherwise. Any thread.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills {

enum class Need : std::uint8_t { enabled, secret, allowed, readable, os, env, config, bin, any_bin };

std::string_view name_of(Need need);

// One thing that is missing, as a person reads it.
struct Unmet {
  Need need = Need::bin;
  std::string what;     // the program, the variable, the path in the configuration
  std::string message;  // what is missing and what to do
};

// What the machine and the configuration offer. Each is asked only when a skill needs it.
struct Surroundings {
  std::string platform = "linux";
  std::vector<std::string> remote_platforms;                // of connected nodes
  std::function<bool(const std::string&)> has_bin;          // null: none
  std::function<bool(const std::string&)> has_remote_bin;   // null: none
  std::function<std::string(const std::string&)> variable;  // of the process; empty: not set. Null: none
  const nlohmann::json* config = nullptr;                   // the whole configuration; null: empty
  std::set<std::string, std::less<>> secrets_unavailable;   // keys of skills whose secret cannot be had
  bool lost_gates_refuse = false;                           // metadata that cannot be read: not eligible
};

// All that is missing, in upstream's order of asking. Empty: the skill may be offered.
std::vector<Unmet> unmet_needs(const Skill& skill, const Surroundings& surroundings);
bool is_eligible(const Skill& skill, const Surroundings& surroundings);  // stops at the first

// Whether the value at a path of names and points counts as set.
bool is_set_in(const nlohmann::json* config, std::string_view path);

// What the configuration says of one agent, in agents.entries or the older agents.list; null: nothing.
const nlohmann::json* find_agent(const nlohmann::json& config, std::string_view agent);

// The names of skills that an agent may use: its own list, else that of the defaults. Nothing: all of them.
std::optional<std::vector<std::string>> skills_of_agent(const nlohmann::json& config, std::string_view agent);

}  // namespace chela::runtime::skills
