#pragma once

// The system call filter of a sandbox, made while Chela is built (tools/cage_filter). Any thread. An allow-list for
// native plugins, Node and a shell; tracing, mounts, namespaces, keys, io_uring, kernel interfaces and foreign socket
// families are refused, and another architecture's calls end the process.

#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/cage/policy.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::cage {

// struct sock_filter[], as seccomp(2) takes it.
std::string_view seccomp_filter(Network network);

// A sealed file in memory that holds `bytes` and stands at its start, for bubblewrap to read.
Result<platform::OwnedDescriptor> in_memory_file(const char* name, std::string_view bytes);

}  // namespace chela::cage
