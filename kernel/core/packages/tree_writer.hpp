#pragma once

// Writes files into a new folder, all or nothing. Every step goes through descriptors from the folder down and follows
// no link, so that nothing outside is written, whatever the names and whoever changes folders meanwhile. Modes are
// 0644 or 0755, folders 0755. Blocking; any thread, one at a time.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/core/packages/entry_name.hpp"

namespace chela::packages {

struct TreeLimits {
  std::size_t entries_max = 20'000;
  std::uint64_t bytes_max = 200u << 20;
  std::uint64_t file_bytes_max = 128u << 20;
  NameLimits names = {};
};

class TreeWriter {
 public:
  // `destination` must not exist, the folder above it must. Until commit() the files are in a hidden folder beside it.
  static Result<TreeWriter> create(const PackagesModule& engine, const std::filesystem::path& destination,
                                   const TreeLimits& limits);
  TreeWriter(TreeWriter&& other) noexcept;
  TreeWriter& operator=(TreeWriter&&) = delete;
  ~TreeWriter();  // without commit() nothing is left

  // Errors: invalid_argument for names, already_exists, too_large with the limit, and those of the system.
  Result<void> add_directory(std::string_view name);
  Result<void> begin_file(std::string_view name, bool executable);
  Result<void> write(std::string_view bytes);  // to the file that was begun last
  Result<void> end_file();
  // Everything is on disk, then the folder gets its name in one step.
  Result<void> commit();

  std::uint64_t bytes() const { return bytes_; }

 private:
  TreeWriter(const PackagesModule& engine, std::filesystem::path destination, std::filesystem::path staging,
             platform::OwnedDescriptor root, const TreeLimits& limits)
      : destination_(std::move(destination)),
        staging_(std::move(staging)),
        root_(std::move(root)),
        limits_(limits),
        names_(engine) {}
  Result<void> count_entry();
  Result<platform::OwnedDescriptor> open_directory(const std::vector<std::string>& parts, std::size_t count);

  std::filesystem::path destination_;
  std::filesystem::path staging_;  // empty once it was committed or moved from
  platform::OwnedDescriptor root_;
  TreeLimits limits_;
  NameSet names_;
  platform::OwnedDescriptor file_;
  std::string file_name_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t entries_ = 0;
};

}  // namespace chela::packages
