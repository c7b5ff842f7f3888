#pragma once

// Where a skill is to come from, as a person writes it. Any thread.

#include <filesystem>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::runtime::skills::hub {

enum class ReferenceKind { hub, skills_sh, git, folder, archive, file };
std::string_view name_of(ReferenceKind kind);  // "clawhub", "skills-sh", "git", "folder", "archive", "file"

struct Reference {
  ReferenceKind kind = ReferenceKind::hub;
  std::string slug;        // of hub and skills_sh
  std::string owner;       // of hub, without `@`, lower case; may be empty. Of skills_sh: the owner of the repository
  std::string repository;  // of skills_sh
  std::filesystem::path path;  // of folder, archive and file: absolute
  std::string url;             // of git
  std::string ref;             // of git: a branch, tag or commit; empty: the repository's own choice
  std::string spec;            // the whole, in one spelling, to ask for it again

  bool is_remote() const { return kind == ReferenceKind::hub || kind == ReferenceKind::skills_sh; }
};

// slug, @owner/slug, skills-sh:owner/repo/slug, git:owner/repo[@ref] (GitHub), git:HOST/OWNER/REPO[@ref],
// git:URL[@ref], and with a slash or an archive's suffix a folder, an archive or a file SKILL.md. Errors:
// invalid_argument, not_found.
Result<Reference> parse_reference(std::string_view text, const std::filesystem::path& working_directory);

bool is_slug(std::string_view text);   // letters, digits and inner hyphens, at most 96
bool is_owner(std::string_view text);  // lower case letters and digits, inside also `.`, `_` and `-`, at most 40
// Whether `text` may be the name of a skill's folder that a lock file names: one part, not hidden, not leading away.
bool is_folder_name(std::string_view text);

}  // namespace chela::runtime::skills::hub
