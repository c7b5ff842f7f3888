#pragma once

// Where a package is to come from, as a person writes it. Any thread.

#include <filesystem>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::packages {

enum class SourceKind { folder, library, archive, npm, clawhub, git };
std::string_view name_of(SourceKind kind);

struct Source {
  SourceKind kind = SourceKind::folder;
  std::filesystem::path path;  // of folder, library, archive: absolute
  std::string name;            // of npm and clawhub: the package
  std::string version;         // of npm and clawhub: an exact version or a tag; empty: "latest"
  std::string url;             // of git
  std::string ref;             // of git: a branch, tag or commit; empty: the repository's own choice
  std::string spec;            // the whole, in one spelling, to ask for it again
};

// ./folder, ./plugin.so, ./package.tgz (.tar .tar.gz .tar.zst .zip), NAME[@VERSION|TAG], npm:NAME[@…], npm-pack:FILE,
// clawhub:NAME[@…], git:HOST/OWNER/REPO[@REF] or git:URL[@REF] with https, ssh or file. What is there as a file is
// taken as one when it is written with a slash or an archive's suffix. Errors: invalid_argument, not_found.
Result<Source> parse_source(std::string_view text, const std::filesystem::path& working_directory);

bool is_npm_name(std::string_view name);     // with or without @scope/
bool is_npm_version(std::string_view text);  // an exact version or a tag; no range

}  // namespace chela::packages
