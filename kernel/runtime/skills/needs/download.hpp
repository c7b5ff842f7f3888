#pragma once

// One file from the net onto the disk. Loop thread.

#include <cstdint>
#include <filesystem>
#include <string>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela {
class Loop;
}

namespace chela::runtime::skills::needs {

struct Download {
  std::string url;
  std::string sha256;          // empty: anything
  std::filesystem::path file;  // must not exist
  std::uint64_t bytes_max = 256u << 20;
  Duration timeout = std::chrono::seconds(300);
  bool local_too = false;  // also from addresses that are not of the public internet
};

// Returns the number of bytes. Errors: those of the egress client (of the addresses, too, at each redirect), unavailable
// for a status other than 200, corrupt with both hashes when they differ, and those of the system. Whatever came of a
// failed download is removed.
Task<Result<std::uint64_t>> download(Loop& loop, Download wanted, CancelToken cancel);

}  // namespace chela::runtime::skills::needs
