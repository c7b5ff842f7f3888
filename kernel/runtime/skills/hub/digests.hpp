#pragma once

// The hashes by which upstream's two clients know the files of a skill. Blocking; any thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::runtime::skills::hub {

struct HashedFile {
  std::string path;  // below the folder, with `/`
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hex
};

// The gateway's fileTreeSha256: "sha256:" and the hash over every folder and file but the two of the registry's own
// records. Errors: invalid_argument for links, hard links and whatever else is neither.
Result<std::string> tree_sha256(const std::filesystem::path& folder);

// The files that a publication would have: none that begins with a dot or is below such a folder, none of node_modules
// and none that the ignore files of the folder name.
Result<std::vector<HashedFile>> published_files(const std::filesystem::path& folder);

// The command line's fingerprint: over `path:sha256` lines, in the order of names for people. Empty without files.
std::string fingerprint_of(std::vector<HashedFile> files);

// The hash of a folder of a repository: over `path\0size\0sha256` lines in the same order.
std::string content_hash_of(std::vector<HashedFile> files);

// Every file there is. Errors as those of tree_sha256().
Result<std::vector<HashedFile>> all_files(const std::filesystem::path& folder);

}  // namespace chela::runtime::skills::hub
