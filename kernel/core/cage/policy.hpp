#pragma once

// What a caged program may have. Filled in by whoever decides that (from a manifest, from what the operator allows);
// here it is only carried out. Nothing that is not named is there.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela::cage {

enum class Level : std::uint8_t {
  none,     // a plain child with this environment and these limits; it may do what the account may do
  sandbox,  // namespaces, file grants, system call filter, no privileges; never falls back to `none`
};

enum class Network : std::uint8_t {
  none,  // not even the host's loopback; what it gets to talk to is handed to it as a descriptor
  host,  // everything the host reaches; only TCP and UDP
};

// Each 0 means no limit.
struct Limits {
  std::uint64_t memory_bytes = 512ull << 20;    // of the whole tree, private /tmp included
  std::uint32_t cpu_percent = 0;                // of one core: 200 are two cores; enforced by control groups only
  std::uint32_t processes = 64;                 // threads count, and two of the cage itself
  std::uint64_t file_bytes = 256ull << 20;      // of one file that it writes
  std::uint32_t open_files = 1024;              // of one process
  std::uint64_t temporary_bytes = 64ull << 20;  // of the private /tmp, home included; never without a limit
};

struct CagePolicy {
  Level level = Level::sandbox;
  // Absolute, existing, real paths (no links in them), visible at the same place. Where they nest, the inner
  // one counts.
  std::vector<std::filesystem::path> read_only;
  std::vector<std::filesystem::path> read_write;
  platform::Environment environment;  // all of it; PATH, HOME and TMPDIR have defaults inside a sandbox
  Network network = Network::none;
  Limits limits;
  std::filesystem::path working_directory;  // empty: /tmp in a sandbox, else that of this process
};

// Where HOME and /tmp are in a sandbox: one private memory file system of limits.temporary_bytes.
inline constexpr const char* kHomeInside = "/tmp/home";
// As whom a sandboxed program sees itself, whatever the account outside. It has no privileges either way.
inline constexpr unsigned kUserInside = 1000;

// Errors: invalid_argument for a path that is relative, holds links or would open the system (/, /proc, /sys, /dev and
// what is below); not_found; a variable that changes how programs load code (LD_PRELOAD and its like).
Result<void> check(const CagePolicy& policy);

}  // namespace chela::cage
