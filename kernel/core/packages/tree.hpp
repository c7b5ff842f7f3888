#pragma once

// What a folder holds, as a list of names, modes and hashes. Blocking; any thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::packages {

inline constexpr std::string_view kFileListName = "chela.files";
inline constexpr std::string_view kFileSignatureName = "chela.files.minisig";
inline constexpr std::string_view kDependencyFolder = "node_modules";

struct FileRecord {
  std::string name;
  bool executable = false;
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hex

  bool operator==(const FileRecord&) const = default;
};

// Every regular file below `folder`, sorted by the bytes of its name. Errors: invalid_argument for links and whatever
// else is no file or folder, too_large beyond 100,000 files or 1 GB.
Result<std::vector<FileRecord>> read_tree(const std::filesystem::path& folder);

// The text that is signed: the package's id and version, then one line a file but for the list and its signature
// themselves. Equal texts mean equal packages:
//   chela-package 1
//   id weather
//   version 1.2.0
//   file 755 <sha256> <size> <name>
std::string file_list_text(std::string_view id, std::string_view version, const std::vector<FileRecord>& files);

// "sha256-" and the hash over the lines of all files, the list and its signature included.
std::string tree_digest(const std::vector<FileRecord>& files);

// The first difference between what is recorded and what is there, for a person; empty when there is none.
std::string first_difference(const std::vector<FileRecord>& recorded, const std::vector<FileRecord>& found);

}  // namespace chela::packages
