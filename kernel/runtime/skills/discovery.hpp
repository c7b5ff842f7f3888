#pragma once

// Which directories of a root hold skills, and which skill of a name is the one that counts. Blocking; any thread.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "kernel/runtime/skills/skill.hpp"
#include "kernel/runtime/skills/skill_file.hpp"

namespace chela::runtime::skills {

struct DiscoveryLimits {
  std::size_t candidates_max = 300;  // children looked at in one directory
  std::size_t skills_max = 200;      // loaded of one root
  std::size_t file_bytes_max = kSkillFileBytesMax;
};

// A directory that is searched for skills.
struct Root {
  std::string directory;
  Source source = Source::workspace;
};

struct DiscoverySettings {
  DiscoveryLimits limits;
  std::vector<std::string> link_targets;  // where links in workspace, project and extra roots may lead
  LoadSettings load;                      // its limit of bytes is that of `limits`
};

struct Candidate {
  std::string directory;
  std::string real_directory;
  std::string name;  // the path below the root
  FileStamp stamp;   // of its SKILL.md; nothing is known of a link
};

struct Discovered {
  std::vector<Candidate> candidates;      // in the order in which they are loaded
  bool root_is_skill = false;             // one candidate, the root: no limit counts
  std::vector<Candidate> root_candidate;  // wins alone when it can be loaded: a root with its own SKILL.md and skills/
  std::vector<Diagnostic> diagnostics;
  std::vector<std::string> searched;  // directories that hold candidates, or may come to
};

Discovered discover(const Root& root, const DiscoverySettings& settings);

// Loads what counts of a root: `load` says whether a candidate is a skill.
void take_candidates(const Discovered& discovered, const DiscoveryLimits& limits,
                     const std::function<bool(const Candidate&)>& load);

std::expected<LoadedSkill, Diagnostic> load_candidate(const Candidate& candidate, Source source,
                                                      const DiscoverySettings& settings, ReadBuffer& buffer);

// Where a skill of a root of `source` is said to stand: behind links, or as the root's path names it.
const std::string& base_directory_of(const Candidate& candidate, Source source);

// Which of skills of the same name counts: the last.
struct Winners {
  std::vector<std::size_t> places;      // among what was given, by name, as people sort
  std::vector<Diagnostic> diagnostics;  // names that two had, with different content
};

Winners winners_of(const std::vector<const Skill*>& skills);  // lowest precedence first

struct LoadedRoot {
  std::vector<LoadedSkill> skills;
  std::vector<Diagnostic> diagnostics;
};

LoadedRoot load_root(const Root& root, const DiscoverySettings& settings);

struct SkillSet {
  std::vector<Skill> skills;            // by name, as people sort
  std::vector<Diagnostic> diagnostics;  // what could not be loaded, and names that two had
};

// `roots` in the order of precedence, lowest first. A root that does not exist is no error.
SkillSet load_skills(const std::vector<Root>& roots, const DiscoverySettings& settings);

}  // namespace chela::runtime::skills
