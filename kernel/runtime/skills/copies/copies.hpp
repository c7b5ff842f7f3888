#pragma once

// Copies of skills in the folder `skills` of a workspace that cannot see the originals, with upstream's record beside
// them: `.openclaw-sync.json`. Blocking; any thread, one at a time for each workspace.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills::copies {

inline constexpr const char* kRecordName = ".openclaw-sync.json";

// What the copies are made from.
struct Originals {
  std::vector<const Skill*> skills;  // each gets a folder named as its own; a second of that name gets `-2`
  std::string fingerprint;           // of the roots and settings that they were found with
  std::uint64_t version = 0;
};

struct Copy {
  std::string name;    // of the skill
  std::string folder;  // below `skills`
  bool copied = false;  // false: it was there and has not changed
};

struct Synced {
  std::vector<Copy> copies;
  std::vector<std::string> removed;  // folders of skills that are no longer wanted
  std::vector<std::string> notes;    // what was left out, for a person
};

// Makes the copies in `workspace`/skills, each whole or not at all: without `.git`, `node_modules`, links that lead out
// and what is no file. Changed copies are made anew. A skill that cannot be copied is left out with a note. Errors:
// denied for a folder that holds things and no record, since what is not wanted there is removed; those of the system.
Result<Synced> sync(const Originals& originals, const std::filesystem::path& workspace);

}  // namespace chela::runtime::skills::copies
