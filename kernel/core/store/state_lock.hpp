#pragma once

// One process per state directory: an exclusive flock on a file that says who holds it. The kernel lets go of it when
// the process ends, however it ends. Loop thread only.

#include <filesystem>

#include "kernel/core/base/error.hpp"

namespace chela::store {

class StateLock {
 public:
  // Creates the file when needed; its directory must exist. Error `unavailable` names the process that holds it.
  static Result<StateLock> acquire(const std::filesystem::path& file);
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  ~StateLock();

 private:
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;  // -1 when moved from
};

}  // namespace chela::store
