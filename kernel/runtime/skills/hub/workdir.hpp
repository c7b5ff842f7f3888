#pragma once

// A folder with `skills/` and the lock file of what is installed there: a workspace, or the home for all agents.
// Blocking; one thread. One Workdir at a time on a folder, whoever has opened it.
//
// A change stands in a hidden folder beside the skills, with a note of what it is going to do; then two folders change
// places in one step, then the lock file is written, then the hidden folder goes. After a crash at any point open()
// sees which of the two is in place and finishes or forgets the change.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/hub/state_files.hpp"

namespace chela::runtime::skills::hub {

struct Placement {
  std::filesystem::path staging;  // of make_staging()
  std::filesystem::path tree;     // the new skill, below it, with its records
  std::string folder;             // below the workdir: "skills/slug"
  std::string key;                // in the lock file
  std::optional<Record> record;   // what the lock file says of it; nothing: it is none of the registry's
};

class Workdir {
 public:
  // Asked before each step that changes the disk; an error is handed on as if the disk had made it. For tests.
  using StepHook = std::function<Result<void>(std::string_view step)>;

  // Makes what is missing, finishes what a crash interrupted, removes what it left. Errors: unavailable while another
  // process changes skills here, corrupt for a damaged lock file.
  static Result<Workdir> open(const std::filesystem::path& path, StepHook before_step = {});
  Workdir(Workdir&&) = default;
  Workdir& operator=(Workdir&&) = delete;
  ~Workdir();  // removes what was staged and not put in place

  const std::filesystem::path& path() const { return path_; }
  const LockFile& lock() const { return *lock_; }
  bool is_there(const std::string& folder) const;

  // A new empty folder on the file system of the skills. It goes with this object.
  Result<std::filesystem::path> make_staging();
  // The skill that is there is kept until the new one is, and gone then.
  Result<void> place(const Placement& placement);
  // The folder and what the lock file says under `key`; the latter may be nothing.
  Result<void> remove(const std::string& folder, const std::string& key);

 private:
  Workdir(std::filesystem::path path, StepHook before_step)
      : path_(std::move(path)), skills_(path_ / "skills"), before_step_(std::move(before_step)) {}
  Result<void> step(std::string_view name) const { return before_step_ ? before_step_(name) : Result<void>(); }
  Result<void> note(const std::filesystem::path& staging, const Placement& change, std::uint64_t inode);
  Result<void> exchange(const std::filesystem::path& staging, const std::filesystem::path& tree,
                        const std::filesystem::path& place);
  Result<void> record(const std::string& key, const std::optional<Record>& record);
  Result<void> sync() const;
  Result<void> recover();
  Result<void> recover_one(const std::filesystem::path& staging);
  void drop_staging() const;

  std::filesystem::path path_;
  std::filesystem::path skills_;
  StepHook before_step_;
  platform::OwnedDescriptor turn_;  // held with flock
  std::optional<LockFile> lock_;
};

}  // namespace chela::runtime::skills::hub
