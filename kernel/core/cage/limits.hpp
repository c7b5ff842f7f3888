#pragma once

// Which mechanism holds which limit of a child. Loop thread only.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/core/cage/cgroup.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela::cage {

// The limits that setrlimit(2) holds, inherited by everything in the cage: always open files, file size and no core
// dumps. Without a control group also a bound of the data segment, far above the memory limit since V8 and threads
// reserve more than they use; a LimitWatch then holds the limit itself.
std::vector<platform::ResourceLimit> resource_limits(const Limits& limits, bool memory_is_counted);

// `command` with a limit of processes within the sandbox's own user namespace, for where no control group counts them.
// Set outside it would count all processes of the account. The command itself where prlimit(1) is missing.
std::vector<std::string> with_process_limit(std::vector<std::string> command, std::uint32_t processes);

// Why a child must be ended; looks at what no control group holds.
class LimitWatch {
 public:
  explicit LimitWatch(const Limits& limits) : limits_(limits) {}

  bool needed(const Cgroup* group) const;
  // The reason, for people, or nothing. Looks once at the group and at the tree below `root`.
  std::string exceeded(pid_t root, const Cgroup* group);
  std::string out_of_memory(const Cgroup* group) const;  // the same, of the group alone
  std::uint64_t peak_bytes() const { return peak_bytes_; }

 private:
  Limits limits_;
  std::uint64_t peak_bytes_ = 0;
};

}  // namespace chela::cage
