#pragma once

// What a process and everything below it uses, read from /proc: for where there are no control groups. Any thread.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace chela::cage {

struct TreeUsage {
  std::uint64_t resident_bytes = 0;  // shared pages counted once per process: never less than is really used
  std::uint32_t threads = 0;
  std::chrono::microseconds cpu_time{0};  // of those that live, and of what they waited for
};

// `root` first, then its descendants as far as they have not been left by their parents. At most `count_max`.
std::vector<pid_t> process_tree(pid_t root, std::size_t count_max);

TreeUsage usage_of(const std::vector<pid_t>& processes);

// Shared pages divided by who shares them; slow (about 1 ms for 100 MB), so ask when resident_bytes is suspicious.
std::uint64_t proportional_bytes(const std::vector<pid_t>& processes);

}  // namespace chela::cage
