#pragma once

// How what a skill lacks can be installed here: which of its author's ways is offered, and exactly what would run.
// Pure; any thread.

#include <cstddef>
#include <filesystem>
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
  std::filesystem::path home;         // of the person
  std::filesystem::path state;        // of the gateway: tools go to `state`/tools
  std::string path;                   // the variable PATH, tool directories included
  platform::Environment environment;  // of what is run, PATH left out
  bool prefer_brew = true;            // skills.install.preferBrew
  std::string node_installer = "npm";   // skills.install.nodeManager: npm, pnpm, yarn or bun
  bool is_root = false;               // apt-get works for root only
};

// Of the whole configuration, this process and the directories given.
Machine machine_here(const nlohmann::json& config, const std::filesystem::path& home,
                     const std::filesystem::path& state);

// One way that is offered.
struct Option {
  std::string id;     // the author's, or KIND-INDEX; "apt" for that of ours
  std::string label;  // for a person, by the author; what is done is said by the plan
  InstallSpec spec;   // kind "apt" has its packages in `package`, blanks between
};

// Upstream's choice: one of them, or all when each is a download. Where that leaves nothing, or Homebrew that is not
// here, a package of Debian that is known to hold every program that is missing: no author names packages for apt-get,
// which installs as root. Empty: there is no way.
std::vector<Option> offered_options(const Skill& skill, const Machine& machine);

// Exactly what would be done. Nothing is done before a person has agreed to `shown`.
struct Plan {
  std::string skill;                      // its key
  std::string kind;                       // of the option
  std::vector<std::string> bins;          // the programs that must be there afterwards
  std::vector<std::string> argv;          // no shell; empty: a download
  platform::Environment environment;      // all that it sees
  std::string url, sha256;                // a download; sha256 empty: nothing to check it against
  bool unpack = false;                    // it is an archive
  std::string file_name;                  // of the file otherwise
  std::size_t strip_components = 0;
  std::filesystem::path tools;            // `state`/tools
  std::filesystem::path destination;      // of a download: `tools`/KEY or below it
  std::string path;                       // where `bins` are looked for afterwards
  std::string shown;                      // what is asked of the person: the command, or the URL and where it goes
  std::vector<std::string> warnings;      // what the person should know: no hash, a stranger's recipe
};

// The second, stricter look at the values. Errors: invalid_argument for values that no installer gets to see,
// unavailable when the installer is missing or needs root (and what to do), denied for a destination outside.
Result<Plan> plan_for(const Skill& skill, const Option& option, const Machine& machine);

// Where installers put programs, in the order in which they are looked up after those of PATH.
std::vector<std::filesystem::path> tool_directories(const std::filesystem::path& home,
                                                    const std::filesystem::path& state);

// `path` (the variable PATH) and the tool directories that are not in it: what gates look through and tools of skills
// are run with.
std::string path_with_tools(std::string_view path, const std::filesystem::path& home,
                            const std::filesystem::path& state);

}  // namespace chela::runtime::skills::needs
