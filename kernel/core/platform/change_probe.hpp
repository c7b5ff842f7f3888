#pragma once

// Tells whether a directory has changed since it was last asked, for one system call. For what is asked often and
// changes seldom; who wants to be told uses file_watch.hpp.
//
// It sees entries that come, go or change, at the latest when the writer's call has returned. It does not see what lies
// deeper, what a link leads to, and what another machine does on a network file system: the asker looks for itself now
// and then. One thread at a time.

#include <filesystem>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

class ChangeProbe {
 public:
  // Counts from now on. Errors: not_found, exhausted (the system's limit of watches), unsupported (not Linux).
  static Result<ChangeProbe> open(const std::filesystem::path& directory);
  ChangeProbe(ChangeProbe&& other) noexcept;
  ChangeProbe& operator=(ChangeProbe&& other) noexcept;
  ~ChangeProbe();

  // Since the last call. Always true once the directory itself is gone.
  bool changed();

 private:
  explicit ChangeProbe(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  bool lost_ = false;
};

}  // namespace chela::platform
