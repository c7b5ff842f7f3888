#pragma once

// The bytes of the SKILL.md of a directory, without following what leads out of it. Blocking; any thread.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "kernel/runtime/skills/skill.hpp"

struct stat;

namespace chela::runtime::skills {

// What differs whenever the content may differ: the time of change moves with every write, rename and change of mode,
// and nobody sets it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: nothing is known of the file
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;  // since 1970
  std::int64_t changed_ns = 0;

  bool is_known() const { return inode != 0; }
  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const struct stat& status);

// Memory for one file, kept for the next: who reads thousands allocates once.
struct ReadBuffer {
  std::string bytes;
  FileStamp stamp;  // of what was read last, as it was before; nothing when it could not be read
};

struct SkillFile {
  std::string_view bytes;  // in the buffer
  std::string path;
  std::string note;  // when it is spelled otherwise
};

// The file must be a regular one whose real path is below the directory's, with one name (hard links) where that is
// asked for, and no larger than the limit.
std::expected<SkillFile, Diagnostic> read_skill_file(const std::string& directory, const LoadSettings& settings,
                                                     ReadBuffer& buffer);

// The slug that the skill was installed under from a repository or a folder (`.openclaw/source-origin.json`, 16 KiB at
// most, no link out of the directory); empty when nothing says so.
std::string installed_slug(const std::string& directory);
std::int64_t origin_changed_ns(const std::string& directory);  // when that file did; 0: there is none

}  // namespace chela::runtime::skills
