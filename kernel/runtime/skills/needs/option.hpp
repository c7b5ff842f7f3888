#pragma once

// How what a skill lacks can be installed here: which of its author's ways is offered, and exactly what would run.
// Pure; any thread.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/spawn.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills::needs {

// What the machine and the configuration say about installing.
struct Machine {
  std::string platform = "linux";
  std::filesystem::path home;   // of the person
  std::filesystem::path state;  // of the gateway: tools go to `state`/tools
  std::string path;             // the variable PATH of what is run
  bool prefer_brew = true;      // skills.install.preferBrew
  std::string node_manager = "npm";  // skills.install.nodeManager: npm, pnpm, yarn or bun
  bool is_root = false;              // apt-get only works for root
  platform::Environment environment;  // of what is run; PATH and what the installers need are put in
};

// Of the whole configuration, this process and the directories given.
Machine machine_here(const nlohmann::json& config, const std::filesystem::path& home,
                     const std::filesystem::path& state);

// One way that is offered. `id` is the author's, or KIND-INDEX.
struct Option {
  std::string id;
  std::string label;  // for a person: the author's, or what it does
  InstallSpec spec;
};

// Upstream's choice: one of them, or all when each is a download. Empty: the skill names none for this platform.
std::vector<Option> offered_options(const Skill& skill, const Machine& machine);

// Exactly what would be done. Nothing is done before a person has agreed to `shown`.
struct Plan {
  std::string skill;                      // its key
  std::string kind;                       // of the option
  std::vector<std::string> bins;          // the programs that must be there afterwards
  std::vector<std::string> argv;          // no shell; empty: a download
  platform::Environment environment;      // all that it sees
  std::string url, sha256;                // a download; sha256 empty: nothing to check it against
  std::string archive;                    // "zip", "tar.gz", "tar.bz2" or empty: the file as it is
  std::size_t strip_components = 0;
  std::filesystem::path destination;      // of a download: below `state`/tools/KEY
  std::string shown;                      // what is asked of the person: the command, or the URL and where it goes
  std::vector<std::string> warnings;      // an author unknown to us, no hash, plain http
};

// The second, stricter look at the values. Errors: invalid_argument for values that no installer gets to see,
// unavailable when the installer is missing (and what to do), denied for a destination outside.
Result<Plan> plan_for(const Skill& skill, const Option& option, const Machine& machine);

// Where installers put programs, in the order in which they are looked up after those of PATH.
std::vector<std::filesystem::path> tool_directories(const std::filesystem::path& home,
                                                    const std::filesystem::path& state);

// `path` (the variable PATH) and the tool directories that are not in it: what gates look through and tools of skills
// are run with.
std::string path_with_tools(std::string_view path, const std::filesystem::path& home,
                            const std::filesystem::path& state);

}  // namespace chela::runtime::skills::needs
