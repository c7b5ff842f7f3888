#pragma once

// From an archive, or a folder of somebody else, to a new folder that holds regular files and nothing else: the one
// extractor, for plugins and for skills. Links, devices, pipes and sockets are refused; set-user-id bits are dropped.
// All or nothing: `destination` is there only when everything was. Blocking; any thread.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/core/packages/tree_writer.hpp"

namespace chela::packages {

struct ArchiveLimits {
  TreeLimits tree = {};
  std::uint64_t archive_bytes_max = 128u << 20;
  std::uint64_t ratio_max = 100;  // of what is unpacked to the archive, once it is more than ratio_free_bytes
  std::uint64_t ratio_free_bytes = 4u << 20;
};

// Under which name an entry is written; none: it is left out, whatever it is. What is left out counts in the ratio.
using EntryPlace = std::function<std::optional<std::string>(std::string_view name)>;

// .tar, .tar.gz, .tgz, .tar.bz2, .tar.zst, .zip; by content, not by name. Errors: not_found, corrupt, invalid_argument
// for what an archive may not hold, too_large, already_exists when there is a destination, and those of the system.
Result<void> unpack(const PackagesModule& engine, const std::filesystem::path& archive,
                    const std::filesystem::path& destination, const ArchiveLimits& limits = {},
                    const EntryPlace& place = {});

// The same rules for a folder. Folders named node_modules are taken along, .git is left out.
Result<void> copy_folder(const PackagesModule& engine, const std::filesystem::path& folder,
                         const std::filesystem::path& destination, const TreeLimits& limits = {});

// Whether a file's name says that it is an archive.
bool is_archive_name(std::string_view name);

}  // namespace chela::packages
