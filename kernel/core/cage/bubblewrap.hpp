#pragma once

// The command line of bubblewrap (bwrap(1)) for a policy, and whether bubblewrap works here.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/loop/task.hpp"

namespace chela {
class Loop;
}

namespace chela::cage {

// Which of the child's descriptors hold what bubblewrap reads.
struct BubblewrapFiles {
  int filter = 0;  // seccomp_filter()
  int passwd = 0;  // kPasswd
};

// The account of the inside, so that programs which look their user up find one.
inline constexpr std::string_view kPasswd = "chela:x:1000:1000:Chela:/tmp/home:/bin/sh\n";

// Where bubblewrap is: only directories of the system are looked at, never PATH. Error unsupported, with what to do.
Result<std::filesystem::path> find_bubblewrap();

// The policy's variables over the defaults. bubblewrap is started with them and hands them on: as arguments they would
// stand in its command line, which every account can read.
platform::Environment environment_inside(const CagePolicy& policy);

// bwrap's whole argv, ending in `command`: all namespaces new, a root of read-only system files, private /tmp, /proc
// and a minimal /dev, the grants, no capabilities, no terminal, dead with its parent. `policy` was checked.
std::vector<std::string> bubblewrap_arguments(const std::filesystem::path& bubblewrap, const CagePolicy& policy,
                                              BubblewrapFiles files, const std::vector<std::string>& command);

// Starts an empty sandbox. Error unsupported when bubblewrap is missing or may not make user namespaces here, with what
// the operator can do. Ask once before anything is started; nothing runs uncaged because of the answer.
Task<Result<void>> try_sandbox(Loop& loop);

}  // namespace chela::cage
