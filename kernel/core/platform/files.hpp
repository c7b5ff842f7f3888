#pragma once

// Whole files, read with a cap and replaced atomically. Blocking; any thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

inline constexpr std::uint32_t kPrivateFileMode = 0600;
inline constexpr std::uint32_t kPrivateDirectoryMode = 0700;

// The bytes of a regular file. Errors: not_found, denied, invalid_argument for what is not a regular file, too_large.
Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t bytes_max);

// Replaces `file` so that after a crash either the old or the new content is there, never a part: a temporary file
// beside it, fsync, rename, fsync of the directory. The directory must exist. A symbolic link is replaced, not
// followed.
Result<void> write_file_atomically(const std::filesystem::path& file, std::string_view bytes,
                                   std::uint32_t mode = kPrivateFileMode);

// Makes the directory and the missing ones above it, each with mode 0700, so that they outlive a power cut. An existing
// one keeps its mode.
Result<void> make_private_directory(const std::filesystem::path& directory);

// Brings the names of an existing directory and of those above it to the disk, up to the first that belongs to somebody
// else. For who finds a directory that a killed program may have made and not synced.
Result<void> sync_names(const std::filesystem::path& directory);

}  // namespace chela::platform
