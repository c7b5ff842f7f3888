#pragma once

// Starting a program in which nothing is inherited that was not named: the one fork of Chela. Loop thread only: the
// child dies with the thread that started it.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/core/base/error.hpp"

namespace chela::platform {

using Environment = std::vector<std::pair<std::string, std::string>>;

// The variables of this process whose names are listed; absent ones are left out.
Environment allowed_environment(const std::vector<std::string_view>& names);

// A limit of setrlimit(2), soft and hard; one above what this process may set is lowered to that.
struct ResourceLimit {
  int resource = 0;  // RLIMIT_…
  std::uint64_t value = 0;
};

struct SpawnRequest {
  std::vector<std::string> argv;            // argv[0] is looked up in the PATH of `environment` unless it holds a slash
  Environment environment;                  // all that the child sees
  std::filesystem::path working_directory;  // empty: that of this process
  std::vector<int> descriptors;             // borrowed; become 0, 1, 2 … of the child; -1 is the null device
  std::vector<ResourceLimit> limits;
  std::vector<int> control_groups;  // borrowed, open for writing: cgroup.procs that the child enters first
};

// Starts it in a process group of its own, away from any terminal, all signals at their defaults; it is killed when
// this process ends, however that ends. The caller reaps it (ChildProcess does). Errors: invalid_argument, not_found or
// denied when it cannot be started, with the step that failed.
Result<pid_t> spawn(const SpawnRequest& request);

}  // namespace chela::platform
