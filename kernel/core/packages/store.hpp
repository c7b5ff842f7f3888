#pragma once

// The installed plugins: `<home>/plugins/<id>`, the version before each in `plugins/.previous/<id>`, and the lock file.
// Blocking; one thread. One Store at a time on a home; gateways that run meanwhile see the old or the new version.
//
// Every change is written into the lock file before it is made: intent, swap of two folders in one step, result. After
// a crash at any point open() looks which version is in place and finishes or forgets the change.

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/core/packages/lock_file.hpp"

namespace chela::packages {

// What an installation may do beyond the usual, because the operator said so.
struct Allowances {
  bool older = false;     // a version before the one that is there
  bool replaced = false;  // without the signature that the one before had, or from another package or repository
};

class Store {
 public:
  // Asked before each step that changes the disk; an error is handed on as if the disk had made it. For tests.
  using StepHook = std::function<Result<void>(std::string_view step)>;

  // Makes what is missing, finishes what a crash interrupted, removes what it left. Errors: unavailable while another
  // process changes plugins, corrupt for a damaged lock file.
  static Result<Store> open(const std::filesystem::path& home, StepHook before_step = {});
  Store(Store&&) = default;
  Store& operator=(Store&&) = delete;
  ~Store();  // removes what was staged and not installed

  const LockFile& lock() const { return lock_; }
  const InstalledPlugin* find(std::string_view id) const;
  std::filesystem::path folder(std::string_view id) const { return plugins_ / id; }

  // A new empty folder on the file system of the plugins. What is in it goes with the next open().
  Result<std::filesystem::path> make_staging();

  // Puts `staged`, a folder below one of make_staging(), in the place of the plugin `entry.id`; the version that was
  // there is kept for roll_back(). Errors: already_exists for a folder that nobody installed, or an id that differs in
  // case only; denied for what only `allowed` permits, and for other files under a version that a registry gave out.
  Result<void> install(const std::filesystem::path& staged, LockEntry entry, const Allowances& allowed);
  Result<void> remove(std::string_view id);
  // Exchanges the current and the previous version.
  Result<void> roll_back(std::string_view id);
  // Replaces what is recorded of the current version: reviews, pins.
  Result<void> record(LockEntry entry);

 private:
  Store(std::filesystem::path home, StepHook before_step)
      : file_(lock_file_path(home)), plugins_(home / "plugins"), before_step_(std::move(before_step)) {}
  Result<void> step(std::string_view name) const { return before_step_ ? before_step_(name) : Result<void>(); }
  Result<void> check_new(const LockEntry& entry, const Allowances& allowed) const;
  Result<void> check_name(const LockEntry& entry) const;
  Result<void> begin(PendingChange change);
  Result<void> exchange(const std::filesystem::path& a, const std::filesystem::path& b);
  Result<void> sync() const;
  Result<void> save();
  Result<void> recover();
  Result<void> finish_install();
  Result<void> finish_remove();
  Result<void> finish_roll_back();
  Result<void> forget_change();
  void remove_leftovers() const;
  std::filesystem::path previous(std::string_view id) const { return plugins_ / ".previous" / id; }

  std::filesystem::path file_;
  std::filesystem::path plugins_;
  StepHook before_step_;
  platform::OwnedDescriptor turn_;  // held with flock
  LockFile lock_;
};

// Whether `folder` holds exactly the files of `entry`. Error corrupt with the first difference.
Result<void> verify_folder(const std::filesystem::path& folder, const LockEntry& entry);

// Before a plugin of `<home>/plugins` is loaded: its files against the lock file, in the midst of a change against
// either version. What the lock file does not know was put there by hand and passes. Takes no lock; any thread.
Result<void> verify_installed(const std::filesystem::path& home, const std::filesystem::path& folder);

// The trust level of the plugin in `folder`: untrusted for what the lock file does not know.
Result<plugins::TrustLevel> installed_trust(const std::filesystem::path& home, const std::filesystem::path& folder);

// The same of everything that the lock file knows, by id: one look at it and at the keys, none at the plugins. Nobody is
// trusted when either cannot be read; the error says why.
Result<std::map<std::string, plugins::TrustLevel>> installed_trust(const std::filesystem::path& home);

}  // namespace chela::packages
