#pragma once

// One walk through a stranger's folder: by descriptors from its top, following no link, so that nothing outside is
// looked at, whoever changes it meanwhile. Blocking; any thread.

#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::runtime::skills::scan {

inline constexpr int kFolderDepthMax = 32;

struct FolderEntry {
  std::string path;  // below the folder, with `/`
  struct stat info {};
  int parent = -1;       // descriptor of the directory that it is in; borrowed
  std::string_view name;  // in that directory, with a zero behind it
  std::string problem;   // of a directory: why it was not entered; empty: what is in it comes next
};

struct FolderWalk {
  bool whole = false;  // `.git` and `node_modules` as well
  std::size_t entries_max = 50'000;
  // An error ends the walk and is handed on.
  std::function<Result<void>(const FolderEntry&)> on_entry;
};

// Everything below `folder`, each directory before what is in it, names in the order of JavaScript. Errors: those of
// opening the folder itself, too_large, and those of `on_entry`.
Result<void> walk_folder(const std::filesystem::path& folder, const FolderWalk& walk);

// Everything about a folder that a change of a file in it changes, but for `.git` and `node_modules`, which are not
// looked into: one stat call per entry.
struct FolderStamp {
  std::string text;                // a hash in hex
  std::chrono::seconds newest{0};  // when something in it changed last
  std::chrono::system_clock::duration taken = std::chrono::system_clock::now().time_since_epoch();
};
Result<FolderStamp> folder_stamp(const std::filesystem::path& folder);

// The bytes of an entry, in pieces. Errors: denied and others of the system, invalid_argument when it is no regular file
// any more, and those of `sink`.
Result<void> read_entry(const FolderEntry& entry, const std::function<Result<void>(std::string_view)>& sink);

// Where a link leads, as it is written.
Result<std::string> read_link(const FolderEntry& entry);

}  // namespace chela::runtime::skills::scan
